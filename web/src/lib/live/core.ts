// All that keeps an account live in this tab, put together once: the shared connection, the synchroniser, the outbox,
// and the cache that they fill.
import type { QueryClient } from "@tanstack/react-query";
import type { ServerClient } from "@/lib/client-context";
import { fetchLater } from "@/lib/later";
import { accountDatabase, OUTBOX } from "@/sdk/account-database";
import { unwrap } from "@/sdk/api-client";
import { deliverMessage } from "@/sdk/deliver";
import type { LiveEvent } from "@/sdk/events";
import { Interest } from "@/sdk/interest";
import { laterWay } from "@/sdk/later-way";
import { Outbox } from "@/sdk/outbox";
import type { OutboxWord } from "@/sdk/outbox-message";
import { databaseOutboxStore } from "@/sdk/outbox-store";
import { SharedConnection } from "@/sdk/shared-connection";
import { SocketConnection } from "@/sdk/socket-connection";
import { Synchroniser } from "@/sdk/sync";
import type { Me } from "@/sdk/types";
import { uploadFile } from "@/sdk/upload";
import { applyEvent, openPlane } from "./apply-event";
import { applyChanges, applySync, reload, shownVersion } from "./apply-sync";
import { keepCache, restoreCache } from "./kept-cache";
import { TypingEnds } from "./typing-ends";

const eventStream = fetchLater(() => import("@/sdk/event-stream"));
const longPolling = fetchLater(() => import("@/sdk/long-polling"));

/** While the server's bus is down no events come: it is asked what changed. */
const POLL_MS = 10_000;

interface Options {
  server: ServerClient;
  me: Me;
  cache: QueryClient;
  /** Hears of each event after it has been applied. */
  onEvent: (event: LiveEvent) => void;
}

export type LiveCore = ReturnType<typeof createLive>;

export function createLive({ server: { session, api }, me, cache, onEvent }: Options) {
  const baseUrl = window.location.origin;
  const database = accountDatabase(me.id);
  const apply = (event: LiveEvent) => applyEvent(cache, me.id, event);
  const typingEnds = new TypingEnds((data) => apply({ type: "typing", data }));

  const hear = (event: LiveEvent) => {
    if (event.type === "me.updated") session.updateUser(event.data);
    if (event.type === "sync.required") {
      const ids = event.data.conversation_ids;
      if (ids) for (const id of ids) void sync.changesOf(id);
      else void sync.run();
      interest.missed(ids);
    }
    apply(event);
    sync.note(event);
    typingEnds.note(event);
    onEvent(event);
  };

  const socket: SharedConnection = new SharedConnection({
    name: me.id,
    locks: navigator.locks,
    channel: globalThis.BroadcastChannel && ((name) => new BroadcastChannel(name)),
    connect: (events) =>
      new SocketConnection({
        url: `${baseUrl.replace("http", "ws")}/v1/ws`,
        accessToken: () => session.accessToken(),
        renewToken: () => session.renew(),
        onSessionEnded: () => session.clear("ended"),
        further: [
          laterWay("events", () => eventStream().then((way) => way.eventStreamWay(baseUrl, api))),
          laterWay("polling", () => longPolling().then((way) => way.longPollingWay(api))),
        ],
        ...events,
      }),
    onHello: () => {
      void sync.run();
      // What could not be loaded without a connection.
      void cache.refetchQueries({ type: "active", predicate: ({ state }) => state.status === "error" });
      interest.connected();
      outbox.retryAll();
    },
    onEvent: hear,
    onLead: (leads) => (leads ? outbox.start() : outbox.stop()),
    onPost: (word) => outbox.hear(word as OutboxWord),
  });

  const sync: Synchroniser = new Synchroniser({
    fetchSync: (since) => unwrap(api.GET("/v1/sync", { params: { query: since === undefined ? {} : { since } } })),
    fetchChanges: (id, after) =>
      unwrap(api.GET("/v1/conversations/{id}/changes", { params: { path: { id }, query: { after } } })),
    onSync: (page) => applySync(cache, me.id, page),
    onChanges: (id, changes) => applyChanges(cache, me.id, id, changes),
    onReset: () => void cache.resetQueries(),
    onBehind: (id) => reload(cache, id),
  });

  const interest: Interest = new Interest({
    connection: socket,
    onOpened: (id, opened) => {
      openPlane(cache, me.id, id, opened);
      sync.opened(id, opened.version, shownVersion(cache, id));
    },
    onPresences: (presences) => {
      for (const data of presences) apply({ type: "presence.updated", data });
    },
  });

  const outbox: Outbox = new Outbox({
    store: databaseOutboxStore(database, OUTBOX),
    deliver: (message) => deliverMessage(api, socket, message),
    upload: (...upload) => uploadFile(baseUrl, session, ...upload),
    onSent: (data) => apply({ type: "message.created", data }),
    tell: (word) => socket.post(word),
  });

  const isDark = () => {
    const state = socket.getState();
    return state.status !== "open" || state.degraded.includes("nats");
  };
  const poll = () => {
    if (isDark() && navigator.onLine) void sync.run();
  };
  let wasDark = false;
  /** What is stored the server tells when its bus is back; who read and who came meanwhile it does not. */
  const noteBus = () => {
    const dark = isDark();
    if (wasDark && !dark) interest.missed();
    wasDark = dark && socket.getState().status === "open";
  };

  return {
    socket,
    outbox,
    interest,
    /** Shows what was kept; the token that belongs to it is from before anything is fetched anew. */
    async restore(): Promise<void> {
      const token = await restoreCache(cache, database);
      if (token !== undefined) sync.resume(token);
      // Without one a token is taken first: what is fetched afterwards is at least as new.
      else await Promise.race([sync.run(), new Promise((resolve) => setTimeout(resolve, 3_000))]);
    },
    start(): () => void {
      socket.start();
      const stopKeeping = keepCache(cache, database, sync.getToken);
      const timer = setInterval(poll, POLL_MS);
      const stopNoting = socket.subscribe(noteBus);
      return () => {
        clearInterval(timer);
        stopNoting();
        stopKeeping();
        typingEnds.stop();
        socket.stop();
        outbox.stop();
      };
    },
  };
}
