import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { refusedSockets, until } from "@/testing/blocked";
import { BrowserSocket } from "@/testing/browser-socket";
import { problem, server, startTestServer } from "@/testing/server";
import { createApiClient } from "./api-client";
import { eventStreamWay } from "./event-stream";
import { longPollingWay } from "./long-polling";
import { SocketConnection } from "./socket-connection";

startTestServer();

const BASE_URL = "http://localhost:3000";
const onEvent = vi.fn();
const onHello = vi.fn();
const onSessionEnded = vi.fn();
const open: SocketConnection[] = [];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  BrowserSocket.all = [];
});
afterEach(() => {
  for (const connection of open.splice(0)) connection.stop();
  vi.useRealTimers();
  vi.clearAllMocks();
});

function connect(Socket: typeof WebSocket) {
  const session = { accessToken: async () => "token", renew: async () => "token", clear: () => undefined };
  const api = createApiClient(BASE_URL, session);
  const connection = new SocketConnection({
    url: "ws://localhost:3000/v1/ws",
    accessToken: session.accessToken,
    renewToken: session.renew,
    onHello,
    onEvent,
    onSessionEnded,
    random: () => 0,
    WebSocket: Socket,
    further: [eventStreamWay(BASE_URL, api), longPollingWay(api)],
  });
  open.push(connection);
  connection.start();
  return connection;
}

const hello = {
  connection_id: "k1",
  heartbeat_interval_ms: 15_000,
  degraded: [],
  server_time: "2026-01-31T09:30:00Z",
  access_token_expires_at: "2026-01-31T09:35:00Z",
};
const text = (...frames: object[]) => frames.map((frame) => `id: t1\ndata: ${JSON.stringify(frame)}\n\n`).join("");
const configured = http.get("*/v1/config", () => HttpResponse.json({ degraded: [], limits: {} }));

/** GET /v1/events: gives the streams that are open, to be written to. */
function streams() {
  const all: { write: (text: string) => void; end: () => void; authorization: string | null }[] = [];
  server.use(
    configured,
    http.get("*/v1/events", ({ request }) => {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          const write = (part: string) => controller.enqueue(new TextEncoder().encode(part));
          all.push({ write, end: () => controller.close(), authorization: request.headers.get("Authorization") });
        },
      });
      return new HttpResponse(body, { headers: { "Content-Type": "text/event-stream" } });
    }),
  );
  return all;
}

async function onStream() {
  const all = streams();
  const sockets = refusedSockets();
  const connection = connect(sockets.Socket);
  await until(() => expect(all).toHaveLength(1));
  all[0]?.write(text({ type: "hello", data: hello }));
  await until(() => expect(connection.getState()).toMatchObject({ status: "open", transport: "events" }));
  return { all, sockets, connection };
}

it("reads the event stream where sockets are refused", async () => {
  const { all } = await onStream();
  expect(BrowserSocket.all).toHaveLength(2);
  expect(all[0]?.authorization).toBe("Bearer token");
  const [first = "", second = ""] = [0, 1].map((seq) => text({ type: "message.created", data: { seq, body: "é" } }));
  // Parts end anywhere.
  all[0]?.write(`: beat\n\n${first.slice(0, 30)}`);
  all[0]?.write(first.slice(30) + second);
  await until(() => expect(onEvent.mock.calls.map(([event]) => event.data.seq)).toEqual([0, 1]));
});

it("sends by REST what a socket would carry", async () => {
  const { connection } = await onStream();
  server.use(
    http.put("*/v1/conversations/c1/read", async ({ request }) => HttpResponse.json(await request.json())),
    http.put("*/v1/conversations/c1/typing", () => new HttpResponse(null, { status: 204 })),
    http.post("*/v1/conversations/c2/messages", () => problem(403, "not_connected")),
  );
  await expect(connection.request("read.mark", { conversation_id: "c1", seq: 3 })).resolves.toEqual({ seq: 3 });
  await expect(connection.request("typing.start", { conversation_id: "c1" })).resolves.toEqual({});
  const refused = connection.request("message.send", { conversation_id: "c2", client_id: "1", body: "hello" });
  await expect(refused).rejects.toMatchObject({ code: "not_connected" });
});

it("asks again and again for what only an open plane tells", async () => {
  const { connection } = await onStream();
  let [read_seq, typing] = [1, [] as string[]];
  const receipt = { user_id: "u2", delivered_seq: 2 };
  server.use(
    http.get("*/v1/conversations/c1/receipts", () =>
      HttpResponse.json({ version: 1, last_seq: 2, typing, receipts: [{ ...receipt, read_seq }] }),
    ),
  );
  await connection.request("conversation.open", { conversation_id: "c1" });
  [read_seq, typing] = [2, ["u2"]];
  await until(() =>
    expect(onEvent.mock.calls.map(([event]) => event)).toEqual(
      expect.arrayContaining([
        { type: "receipt.updated", data: { conversation_id: "c1", user_id: "u2", delivered_seq: 2, read_seq: 2 } },
        { type: "typing", data: { conversation_id: "c1", user_id: "u2", active: true } },
      ]),
    ),
  );
  typing = [];
  const ended = { type: "typing", data: { conversation_id: "c1", user_id: "u2", active: false } };
  await until(() => expect(onEvent).toHaveBeenCalledWith(ended));
});

it("comes back after the stream said that its token is over", async () => {
  const { all, connection } = await onStream();
  all[0]?.write(text({ type: "closing", data: { code: 4401, reason: "expired" } }));
  await until(() => expect(all).toHaveLength(2));
  all[1]?.write(text({ type: "hello", data: hello }));
  await until(() => expect(connection.getState()).toMatchObject({ status: "open", transport: "events" }));
  expect(onHello.mock.calls.map(([, again]) => again)).toEqual([false, true]);
});

it("takes the socket again once it gets through", async () => {
  const { sockets, connection } = await onStream();
  sockets.through();
  await until(() => expect(connection.getState()).toMatchObject({ status: "open", transport: "websocket" }));
});

it("asks what changed, over and over, where streams are held back", async () => {
  const plain = { edited_at: null, deleted_at: null, reactions: [] };
  const message = { ...plain, id: "m1", conversation_id: "c1", seq: 4, body: "hello" };
  const pages = [{ conversations: [{ conversation: { id: "c1" }, messages: [message], gap: false }], token: "t2" }];
  const asked: (string | null)[] = [];
  server.use(
    configured,
    http.get("*/v1/events", () => new Promise<never>(() => undefined)),
    http.get("*/v1/sync", async ({ request }) => {
      const since = new URL(request.url).searchParams.get("since");
      if (since === null) return HttpResponse.json({ token: "t1", total_unread: 0 });
      asked.push(since);
      const page = pages.shift();
      if (!page) await new Promise((resolve) => setTimeout(resolve, 20_000));
      const nothing = { conversations: [], removed_conversation_ids: [], relationships_changed: false, token: since };
      return HttpResponse.json({ ...nothing, ...page });
    }),
  );
  const tooLate = vi.fn();
  setTimeout(tooLate, 8_000);
  const connection = connect(refusedSockets().Socket);
  await until(() => expect(connection.getState()).toMatchObject({ status: "open", transport: "polling" }));
  expect(tooLate).not.toHaveBeenCalled();
  await until(() => expect(asked).toEqual(["t1", "t2"]));
  expect(onEvent.mock.calls.map(([event]) => event)).toEqual([
    { type: "message.created", data: message },
    { type: "sync.required", data: {} },
  ]);
});

it("a server that can't be reached is no blocked socket", async () => {
  const sockets = refusedSockets();
  const session = { accessToken: async () => "token", renewToken: () => Promise.reject(new Error("no network")) };
  const way = vi.fn();
  const further = [{ transport: "events" as const, open: way }];
  const options = { url: "ws://localhost/v1/ws", onHello, onEvent, onSessionEnded, random: () => 0, ...session };
  const connection = new SocketConnection({ ...options, WebSocket: sockets.Socket, further });
  open.push(connection);
  connection.start();
  await until(() => expect(BrowserSocket.all.length).toBeGreaterThan(3));
  expect(way).not.toHaveBeenCalled();
});

it("an ended session ends here too", async () => {
  server.use(http.get("*/v1/events", () => problem(401, "session_revoked")));
  connect(refusedSockets().Socket);
  await until(() => expect(onSessionEnded).toHaveBeenCalled());
});
