import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BrowserSocket } from "@/testing/browser-socket";
import { SocketConnection } from "./socket-connection";

let connection: SocketConnection;

beforeEach(async () => {
  vi.useFakeTimers();
  BrowserSocket.all = [];
  connection = new SocketConnection({
    url: "ws://localhost/v1/ws",
    accessToken: async () => "token",
    renewToken: async () => "token",
    onHello: () => undefined,
    onEvent: () => undefined,
    onSessionEnded: () => undefined,
    random: () => 0,
    WebSocket: BrowserSocket as unknown as typeof WebSocket,
  });
  connection.start();
  await vi.advanceTimersByTimeAsync(0);
  BrowserSocket.latest().hello();
});
afterEach(() => {
  connection.stop();
  vi.useRealTimers();
});

it("a socket that is about to close takes nothing more: what is asked goes another way at once", async () => {
  BrowserSocket.latest().readyState = 2;
  await expect(connection.request("message.send", {})).rejects.toMatchObject({ code: "network" });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(BrowserSocket.all).toHaveLength(2);
});

it("a server that says why it closes is taken at its word before the socket ends", async () => {
  BrowserSocket.latest().receive({ type: "closing", data: { code: 1000, reason: "bye" } });
  expect(connection.getState()).toEqual({ status: "stopped", code: 1000 });
});
