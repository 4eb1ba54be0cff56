import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BrowserSocket } from "@/testing/browser-socket";
import { SocketConnection } from "./socket-connection";

const hellos: boolean[] = [];
const accessToken = vi.fn<() => Promise<string>>();
const renewToken = vi.fn<() => Promise<string>>();
const onEvent = vi.fn();
const onSessionEnded = vi.fn();

function connect(): SocketConnection {
  const connection = new SocketConnection({
    url: "ws://localhost/v1/ws",
    accessToken,
    renewToken,
    onHello: (_hello, again) => hellos.push(again),
    onEvent,
    onSessionEnded,
    random: () => 0.5,
    WebSocket: BrowserSocket as unknown as typeof WebSocket,
  });
  connection.start();
  return connection;
}

const settle = () => vi.advanceTimersByTimeAsync(0);
const latest = () => BrowserSocket.latest();

async function connected(): Promise<SocketConnection> {
  const connection = connect();
  await settle();
  latest().hello();
  return connection;
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-01-31T09:30:00Z") });
  BrowserSocket.all = [];
  hellos.length = 0;
  accessToken.mockResolvedValue("token-1");
  renewToken.mockResolvedValue("token-2");
});

afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
});

describe("opening", () => {
  it("offers the protocol and the token, and is open from hello on", async () => {
    const connection = connect();
    await settle();
    expect(latest().protocols).toEqual(["pulse.v1.json", "bearer.token-1"]);
    expect(connection.getState().status).toBe("connecting");
    latest().hello();
    expect(connection.getState().status).toBe("open");
    expect(hellos).toEqual([false]);
  });

  it("hands live events on and ignores what it does not know", async () => {
    await connected();
    latest().receive({ type: "message.created", data: { seq: 1 } });
    latest().receive({ type: "something.new", data: {} });
    latest().onmessage?.({ data: "not json" });
    expect(onEvent.mock.calls).toEqual([[{ type: "message.created", data: { seq: 1 } }]]);
  });
});

it("knows what is down on the server", async () => {
  const connection = await connected();
  expect(connection.getState()).toMatchObject({ status: "open", degraded: [] });
  latest().receive({ type: "server.degraded", data: { degraded: ["redis"] } });
  expect(connection.getState()).toMatchObject({ status: "open", degraded: ["redis"] });
});

describe("requests", () => {
  it("are answered by id, in whatever order", async () => {
    const connection = await connected();
    const [first, second] = [connection.request("ping", {}), connection.request("read.mark", { seq: 3 })];
    const [, a, b] = latest().sent;
    latest().receive({ type: "error", id: b?.id, error: { code: "not_found", detail: "no such conversation" } });
    latest().receive({ type: "reply", id: a?.id, data: { server_time: "now" } });
    await expect(first).resolves.toEqual({ server_time: "now" });
    await expect(second).rejects.toMatchObject({ code: "not_found", retryable: false });
  });

  it("fail at once without a connection, and when it is lost", async () => {
    const connection = connect();
    await expect(connection.request("ping", {})).rejects.toMatchObject({ code: "network", retryable: true });
    await settle();
    latest().hello();
    const pending = connection.request("ping", {});
    latest().onclose?.({ code: 1006 });
    await expect(pending).rejects.toMatchObject({ code: "network" });
  });

  it("give up after ten seconds", async () => {
    const connection = await connected();
    const pending = expect(connection.request("ping", {})).rejects.toMatchObject({ code: "timeout" });
    await vi.advanceTimersByTimeAsync(10_000);
    await pending;
  });
});

describe("coming back", () => {
  it("waits longer after each failure, up to thirty seconds, and starts over after a hello", async () => {
    const connection = connect();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 8; attempt++) {
      await settle();
      latest().onclose?.({ code: 1006 });
      const state = connection.getState();
      if (state.status !== "waiting") throw new Error(state.status);
      waits.push(state.retryAt - Date.now());
      await vi.advanceTimersByTimeAsync(state.retryAt - Date.now());
    }
    expect(waits).toEqual([750, 1250, 2250, 4250, 8250, 15_250, 15_250, 15_250]);
    latest().hello();
    latest().onclose?.({ code: 1006 });
    expect(connection.getState()).toMatchObject({ status: "waiting", retryAt: Date.now() + 750 });
  });

  it("tells that the connection is a new one, so that what was missed is fetched", async () => {
    const connection = await connected();
    latest().onclose?.({ code: 4503 });
    connection.reconnectNow();
    await settle();
    latest().hello();
    expect(hellos).toEqual([false, true]);
  });

  it("brings a new token when the handshake was refused", async () => {
    const connection = connect();
    await settle();
    latest().onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(latest().protocols[1]).toBe("bearer.token-2");
    connection.stop();
  });

  it("takes the time that a draining server names, from when it names it", async () => {
    const connection = await connected();
    latest().receive({ type: "server.draining", data: { reconnect_after_ms: 4_321 } });
    const retryAt = Date.now() + 4_321;
    await vi.advanceTimersByTimeAsync(500);
    latest().onclose?.({ code: 1012 });
    expect(connection.getState()).toMatchObject({ status: "waiting", retryAt });
  });

  it.each([1000, 1002, 1007, 1009, 4400])("does not happen after %i", async (code) => {
    const connection = await connected();
    latest().onclose?.({ code });
    expect(connection.getState()).toEqual({ status: "stopped", code });
  });

  it("does not happen when the session has ended", async () => {
    const connection = await connected();
    latest().onclose?.({ code: 4403 });
    expect(onSessionEnded).toHaveBeenCalledOnce();
    expect(connection.getState().status).toBe("idle");
  });

  it("happens at once, with a new token, when the old one expired", async () => {
    await connected();
    latest().onclose?.({ code: 4401 });
    await settle();
    expect(latest().protocols[1]).toBe("bearer.token-2");
  });
});

describe("staying open", () => {
  it("pings, and reconnects when nothing is heard for two intervals", async () => {
    const connection = await connected();
    const socket = latest();
    await vi.advanceTimersByTimeAsync(25_000);
    expect(socket.sent.map((frame) => frame.type)).toEqual(["ping", "ping"]);
    socket.receive({ type: "reply", id: socket.sent[1]?.id, data: {} });
    await vi.advanceTimersByTimeAsync(49_999);
    expect(connection.getState().status).toBe("open");
    await vi.advanceTimersByTimeAsync(1);
    expect(socket.closed).toBe(true);
    expect(connection.getState().status).toBe("waiting");
  });

  it("renews the token a minute before its end, and whenever the server asks", async () => {
    await connected();
    const socket = latest();
    const refreshes = () => socket.sent.filter((frame) => frame.type === "auth.refresh");
    socket.receive({ type: "auth.expiring", data: {} });
    await settle();
    expect(refreshes().map((frame) => frame.data)).toEqual([{ access_token: "token-2" }]);
    const expires = new Date(Date.now() + 300_000).toISOString();
    socket.receive({ type: "reply", id: refreshes()[0]?.id, data: { access_token_expires_at: expires } });
    for (let passed = 0; passed < 240; passed += 20) {
      await vi.advanceTimersByTimeAsync(20_000);
      socket.receive({ type: "unknown" });
    }
    expect(refreshes()).toHaveLength(2);
  });
});
