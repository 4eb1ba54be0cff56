import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BrowserSocket } from "@/testing/browser-socket";
import { SocketConnection } from "./socket-connection";
import { firstWord, type Wire } from "./wire";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

const open = () => new BrowserSocket("ws://localhost/v1/ws", []);

it("the first word of a wire is given, and the wire left open", async () => {
  const socket = open();
  const word = firstWord(socket as Wire, 1_000);
  socket.receive({ type: "hello" });
  expect(await word).toBe('{"type":"hello"}');
  expect(socket.closed).toBe(false);
});

it("a wire that says nothing in time is closed", async () => {
  const socket = open();
  const word = firstWord(socket as Wire, 1_000);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await word).toBeUndefined();
  expect(socket.closed).toBe(true);
});

it("nothing is asked of a socket that is about to end, and it is not waited for", async () => {
  const connection = new SocketConnection({
    url: "ws://localhost/v1/ws",
    accessToken: async () => "token",
    renewToken: async () => "token",
    onHello: vi.fn(),
    onEvent: vi.fn(),
    onSessionEnded: vi.fn(),
    WebSocket: BrowserSocket as unknown as typeof WebSocket,
  });
  connection.start();
  await vi.advanceTimersByTimeAsync(0);
  BrowserSocket.latest().hello();
  BrowserSocket.latest().readyState = 2;
  await expect(connection.request("read.mark", {})).rejects.toMatchObject({ code: "network" });
  expect(connection.getState().status).toBe("waiting");
  connection.stop();
});
