import { beforeEach, expect, it, vi } from "vitest";
import { ApiError, networkError } from "./api-error";
import { Outbox, type PendingMessage } from "./outbox";
import type { Message } from "./types";

const stored = (pending: PendingMessage) => ({ client_id: pending.clientId, body: pending.body }) as Message;
const deliver = vi.fn<(pending: PendingMessage) => Promise<Message>>();
const onSent = vi.fn();
let ids = 0;

function open(): Outbox {
  const newId = () => `id-${++ids}`;
  const outbox = new Outbox({ storageKey: "outbox", storage: localStorage, deliver, onSent, newId, random: () => 0 });
  outbox.start();
  return outbox;
}

beforeEach(() => {
  ids = 0;
  deliver.mockReset().mockImplementation(async (pending) => stored(pending));
  onSent.mockReset();
});

it("holds a message until it is stored", async () => {
  const outbox = open();
  outbox.send("c", "hello");
  expect(outbox.getItems()).toMatchObject([{ body: "hello", status: "sending" }]);
  await vi.waitFor(() => expect(outbox.getItems()).toEqual([]));
  expect(onSent).toHaveBeenCalledWith({ client_id: "id-1", body: "hello" });
});

it("repeats by itself what was not answered, under the same client_id", async () => {
  deliver.mockRejectedValueOnce(networkError()).mockRejectedValueOnce(new ApiError(503, "unavailable", "down"));
  const outbox = open();
  outbox.send("c", "hello");
  await vi.waitFor(() => expect(outbox.getItems()).toMatchObject([{ status: "waiting", errorCode: "network" }]));
  outbox.retryAll();
  await vi.waitFor(() => expect(outbox.getItems()).toMatchObject([{ status: "waiting", errorCode: "unavailable" }]));
  await vi.waitFor(() => expect(outbox.getItems()).toEqual([]), 2_000);
  expect(deliver.mock.calls.map(([pending]) => pending.clientId)).toEqual(["id-1", "id-1", "id-1"]);
});

it("keeps the order when the first of two has to wait", async () => {
  deliver.mockRejectedValueOnce(networkError());
  const outbox = open();
  outbox.send("c", "one");
  outbox.send("c", "two");
  await vi.waitFor(() => expect(outbox.getItems()).toMatchObject([{ status: "waiting" }, { status: "sending" }]));
  outbox.retryAll();
  await vi.waitFor(() => expect(onSent.mock.calls.map(([message]) => message.body)).toEqual(["one", "two"]));
});

it("does not repeat by itself what the server refused", async () => {
  deliver.mockRejectedValueOnce(new ApiError(403, "not_connected", "not connected"));
  const outbox = open();
  outbox.send("c", "hello");
  await vi.waitFor(() => expect(outbox.getItems()).toMatchObject([{ status: "failed" }]));
  outbox.retryAll();
  expect(deliver).toHaveBeenCalledOnce();
  outbox.retry("id-1");
  await vi.waitFor(() => expect(outbox.getItems()).toEqual([]));
  expect(deliver).toHaveBeenCalledTimes(2);
});

it("sends the messages of a conversation one after the other", async () => {
  const order: string[] = [];
  deliver.mockImplementation(async (pending) => {
    order.push(`start ${pending.body}`);
    await new Promise((resolve) => setTimeout(resolve, pending.body === "one" ? 20 : 1));
    order.push(`end ${pending.body}`);
    return stored(pending);
  });
  const outbox = open();
  outbox.send("c", "one");
  outbox.send("c", "two");
  await vi.waitFor(() => expect(order).toEqual(["start one", "end one", "start two", "end two"]));
});

it("survives a reload", async () => {
  deliver.mockRejectedValue(networkError());
  const before = open();
  before.send("c", "typed in a tunnel");
  await vi.waitFor(() => expect(before.getItems()).toMatchObject([{ status: "waiting" }]));
  before.stop();
  deliver.mockReset().mockImplementation(async (pending) => stored(pending));
  open();
  await vi.waitFor(() => expect(onSent).toHaveBeenCalledWith({ client_id: "id-1", body: "typed in a tunnel" }));
  expect(localStorage.getItem("outbox")).toBeNull();
});
