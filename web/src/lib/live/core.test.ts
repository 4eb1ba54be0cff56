import { QueryClient } from "@tanstack/react-query";
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ServerClient } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { createApiClient } from "@/sdk/api-client";
import type { Message } from "@/sdk/types";
import { BrowserSocket } from "@/testing/browser-socket";
import { BrowserDatabases } from "@/testing/databases";
import { CONVERSATION_ID, sampleMe, sampleMessage } from "@/testing/samples";
import { server, startTestServer } from "@/testing/server";
import { BrowserChannels, BrowserLocks } from "@/testing/tabs";
import { createLive } from "./core";
import type { History } from "./history";

startTestServer();

const posted: { client_id: string; body: string }[] = [];
let up: boolean;

beforeEach(() => {
  up = false;
  posted.length = 0;
  BrowserSocket.all = [];
  const channels = new BrowserChannels();
  vi.stubGlobal("indexedDB", new BrowserDatabases());
  vi.stubGlobal("WebSocket", BrowserSocket);
  // Called by `new`, as the browser's own is.
  vi.stubGlobal("BroadcastChannel", function open(name: string) {
    return channels.open(name);
  });
  Object.defineProperty(navigator, "locks", { value: new BrowserLocks(), configurable: true });
  server.use(
    http.get("*/v1/sync", () => (up ? HttpResponse.json({ token: "t1", total_unread: 0 }) : HttpResponse.error())),
    http.post<never, { client_id: string; body: string }>("*/v1/conversations/*/messages", async ({ request }) => {
      if (!up) return HttpResponse.error();
      const said = await request.json();
      // A repeat is answered with what was stored.
      if (!posted.some(({ client_id }) => client_id === said.client_id)) posted.push(said);
      const seq = posted.findIndex(({ client_id }) => client_id === said.client_id) + 1;
      return HttpResponse.json(sampleMessage(seq, said), { status: 201 });
    }),
  );
});
afterEach(() => {
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, "locks");
});

/** A tab of the browser, with the conversation on screen. */
function openTab() {
  const session = { accessToken: async () => "t", renew: async () => "t", clear: vi.fn(), updateUser: vi.fn() };
  const client = { session, api: createApiClient("http://localhost:3000", session) } as unknown as ServerClient;
  const cache = new QueryClient();
  cache.setQueryData<History>(queryKeys.history(CONVERSATION_ID), { items: [], hasBefore: false });
  const core = createLive({ server: client, me: sampleMe(), cache, onEvent: () => undefined });
  const stop = core.start();
  const shown = () =>
    cache.getQueryData<History>(queryKeys.history(CONVERSATION_ID))?.items.map((item: Message) => item.body);
  return { ...core, stop, shown };
}

it("the tab that leads is closed while messages wait: the other one sends each once, in order", async () => {
  const first = openTab();
  await vi.waitFor(() => expect(first.socket.leads()).toBe(true));
  const second = openTab();
  first.outbox.send(CONVERSATION_ID, "typed in the first");
  await vi.waitFor(() => expect(second.outbox.getItems()).toHaveLength(1));
  second.outbox.send(CONVERSATION_ID, "typed in the second");
  await vi.waitFor(() => {
    expect(second.outbox.getItems().map(({ body }) => body)).toEqual(["typed in the first", "typed in the second"]);
    expect(first.outbox.getItems()[0]?.status).toBe("waiting");
  });
  const ids = second.outbox.getItems().map(({ clientId }) => clientId);
  first.stop();
  await vi.waitFor(() => expect(second.socket.leads()).toBe(true));
  up = true;
  BrowserSocket.latest().hello();
  BrowserSocket.latest().onclose?.({ code: 1006 });
  await vi.waitFor(() => expect(posted.map(({ client_id }) => client_id)).toEqual(ids), 5_000);
  await vi.waitFor(() => expect(second.shown()).toEqual(["typed in the first", "typed in the second"]));
  expect(second.outbox.getItems()).toEqual([]);
  second.stop();
});

it("both tabs show what one of them has sent", async () => {
  up = true;
  const first = openTab();
  await vi.waitFor(() => expect(first.socket.leads()).toBe(true));
  const second = openTab();
  second.outbox.send(CONVERSATION_ID, "from the tab that follows");
  await vi.waitFor(() => expect(first.shown()).toEqual(["from the tab that follows"]));
  await vi.waitFor(() => expect(second.shown()).toEqual(["from the tab that follows"]));
  expect(posted).toHaveLength(1);
  for (const tab of [second, first]) tab.stop();
});

it("asks anew who has read when events were missed: the bus of the server is back, or it says so", async () => {
  up = true;
  const tab = openTab();
  await vi.waitFor(() => expect(BrowserSocket.all).toHaveLength(1));
  BrowserSocket.latest().hello();
  tab.interest.open(CONVERSATION_ID);
  const opened = () => BrowserSocket.latest().sent.filter(({ type }) => type === "conversation.open").length;
  await vi.waitFor(() => expect(opened()).toBe(1));
  BrowserSocket.latest().receive({ type: "server.degraded", data: { degraded: ["nats", "redis"] } });
  BrowserSocket.latest().receive({ type: "server.degraded", data: { degraded: ["redis"] } });
  await vi.waitFor(() => expect(opened()).toBe(2), 3_000);
  BrowserSocket.latest().receive({ type: "server.degraded", data: { degraded: [] } });
  BrowserSocket.latest().receive({ type: "sync.required", data: { conversation_ids: [CONVERSATION_ID] } });
  await vi.waitFor(() => expect(opened()).toBe(3), 3_000);
  tab.stop();
});
