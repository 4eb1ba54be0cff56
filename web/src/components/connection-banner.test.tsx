import { act, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BrowserSocket } from "@/testing/browser-socket";
import { renderClient } from "@/testing/render";
import { ConnectionBanner } from "./connection-banner";

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", BrowserSocket);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

async function connected() {
  const client = renderClient(<ConnectionBanner />);
  client.socket.start();
  await wait(0);
  act(() => BrowserSocket.latest().hello());
  return client;
}

it("says nothing while all is well, nor about a blink of the connection", async () => {
  await connected();
  act(() => BrowserSocket.latest().onclose?.({ code: 1006 }));
  await wait(1_000);
  expect(screen.queryByRole("status")).not.toBeInTheDocument();
});

it("says that the connection is lost, and reconnects at once when asked", async () => {
  const { socket } = await connected();
  act(() => BrowserSocket.latest().receive({ type: "server.draining", data: { reconnect_after_ms: 60_000 } }));
  act(() => BrowserSocket.latest().onclose?.({ code: 1012 }));
  await wait(2_000);
  expect(screen.getByRole("status")).toHaveTextContent("Connection lost. Trying again in 58 s.");
  act(() => screen.getByRole("button", { name: "Reconnect now" }).click());
  await wait(0);
  act(() => BrowserSocket.latest().hello());
  expect(socket.getState().status).toBe("open");
  expect(screen.queryByRole("status")).not.toBeInTheDocument();
});

it("says when the browser is offline", async () => {
  const online = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  await connected();
  act(() => BrowserSocket.latest().onclose?.({ code: 1006 }));
  expect(screen.getByRole("status")).toHaveTextContent("You're offline.");
  online.mockRestore();
});

it("says what is missing while a part of the server is down", async () => {
  await connected();
  act(() => BrowserSocket.latest().receive({ type: "server.degraded", data: { degraded: ["redis", "nats"] } }));
  expect(screen.getByRole("status")).toHaveTextContent("New messages may take a few seconds longer");
});
