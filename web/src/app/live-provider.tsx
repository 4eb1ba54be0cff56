// What lives as long as somebody is signed in: the socket, the outbox, and a cache of their own.
import { QueryClientProvider, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { deliverMessage } from "@/features/chat/api/deliver-message";
import { LiveContext, useServer } from "@/lib/client-context";
import { applyEvent, openPlane, refetchAll } from "@/lib/live/apply-event";
import type { LiveEvent } from "@/sdk/events";
import { Interest } from "@/sdk/interest";
import { Outbox } from "@/sdk/outbox";
import { SocketConnection } from "@/sdk/socket-connection";
import type { Me } from "@/sdk/types";
import { Announcer, announcementOf } from "./announcer";
import { createQueryClient } from "./query-client";

const POLL_MS = 10_000;

interface Props {
  me: Me;
  children: ReactNode;
}

/** Give it the user's id as `key`: another person starts with nothing of the one before. */
export function LiveProvider(props: Props) {
  const [cache] = useState(createQueryClient);
  return (
    <QueryClientProvider client={cache}>
      <Live {...props} />
    </QueryClientProvider>
  );
}

function Live({ me, children }: Props) {
  const { session, api } = useServer();
  const cache = useQueryClient();
  const [announcement, setAnnouncement] = useState("");
  const [parts] = useState(() => {
    const onEvent = (event: LiveEvent) => {
      if (event.type === "me.updated") session.updateUser(event.data);
      applyEvent(cache, me.id, event);
      setAnnouncement((before) => announcementOf(event, me.id) ?? before);
    };
    const url = new URL("/v1/ws", window.location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket: SocketConnection = new SocketConnection({
      url: url.href,
      accessToken: () => session.accessToken(),
      renewToken: () => session.renew(),
      onSessionEnded: () => session.clear("ended"),
      onEvent,
      onHello: (_hello, again) => {
        if (again) refetchAll(cache);
        outbox.retryAll();
        interest.connected();
      },
    });
    const interest: Interest = new Interest({
      connection: socket,
      onOpened: (id, opened) => openPlane(cache, me.id, id, opened),
      onPresences: (presences) => {
        for (const data of presences) applyEvent(cache, me.id, { type: "presence.updated", data });
      },
    });
    const outbox: Outbox = new Outbox({
      storageKey: `pulse.outbox.${me.id}`,
      storage: localStorage,
      deliver: (message) => deliverMessage(api, socket, message),
      onSent: (message) => applyEvent(cache, me.id, { type: "message.created", data: message }),
    });
    return { socket, outbox, interest };
  });
  useEffect(() => {
    parts.socket.start();
    parts.outbox.start();
    return () => {
      parts.socket.stop();
      parts.outbox.stop();
    };
  }, [parts]);
  usePolling(parts.socket);
  const client = useMemo(() => ({ me, ...parts }), [me, parts]);
  return (
    <LiveContext value={client}>
      {children}
      <Announcer text={announcement} />
    </LiveContext>
  );
}

/** While the server's bus is down no events come: the snapshots are asked instead. */
function usePolling(socket: SocketConnection): void {
  const cache = useQueryClient();
  const state = useSyncExternalStore(socket.subscribe, socket.getState);
  const needed = state.status === "open" && state.degraded.includes("nats");
  useEffect(() => {
    if (!needed) return;
    const timer = setInterval(() => refetchAll(cache), POLL_MS);
    return () => clearInterval(timer);
  }, [needed, cache]);
}
