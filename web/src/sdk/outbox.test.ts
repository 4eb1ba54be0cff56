import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, networkError } from "./api-error";
import { Outbox, type PendingFile, type PendingMessage } from "./outbox";
import type { OutboxWord } from "./outbox-message";
import { memoryOutboxStore, type OutboxStore } from "./outbox-store";
import type { Attachment, Message } from "./types";

const stored = (pending: PendingMessage) => ({ client_id: pending.clientId, body: pending.body }) as Message;
const deliver = vi.fn<(pending: PendingMessage) => Promise<Message>>();
const onSent = vi.fn();
const upload = vi.fn<(file: PendingFile, onProgress: (progress: number) => void) => Promise<Attachment>>();
let ids = 0;
let store: OutboxStore;

function openTab(tell: (word: OutboxWord) => void = () => undefined): Outbox {
  const newId = () => `id-${++ids}`;
  return new Outbox({ store, deliver, upload, onSent, tell, newId, random: () => 0 });
}

function open(): Outbox {
  const outbox = openTab();
  outbox.start();
  return outbox;
}

beforeEach(() => {
  ids = 0;
  store = memoryOutboxStore();
  upload.mockReset();
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

it("a session that is over says nothing of the message: it waits", async () => {
  deliver.mockRejectedValue(new ApiError(401, "session_revoked", "signed out"));
  const outbox = open();
  outbox.send("c", "hello");
  await vi.waitFor(() => expect(outbox.getItems()).toMatchObject([{ status: "waiting" }]));
  outbox.stop();
});

it("waits as long as the server wants before it tries again", async () => {
  vi.useFakeTimers();
  deliver.mockRejectedValueOnce(new ApiError(429, "rate_limited", "slower", [], 9_000));
  open().send("c", "hello");
  await vi.advanceTimersByTimeAsync(8_900);
  expect(deliver).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(deliver).toHaveBeenCalledTimes(2);
  vi.useRealTimers();
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
  await vi.waitFor(async () => expect(await store.load()).toEqual([]));
});

it("sends all the same where nothing can be written down", async () => {
  const refused = () => Promise.reject(new Error("no database"));
  store = { load: refused, put: refused, remove: refused };
  open().send("c", "hello");
  await vi.waitFor(() => expect(onSent).toHaveBeenCalled());
});

it("uploads each file once, whatever comes between", async () => {
  upload.mockImplementation(async (file, onProgress) => {
    onProgress(0.5);
    return { id: `uploaded ${file.name}` } as Attachment;
  });
  deliver.mockRejectedValueOnce(networkError());
  const outbox = open();
  outbox.send("c", { body: "", files: [new File(["1"], "a.png"), new File(["2"], "b.png")] });
  await vi.waitFor(() => expect(outbox.getItems()).toMatchObject([{ status: "waiting" }]));
  outbox.retryAll();
  await vi.waitFor(() => expect(onSent).toHaveBeenCalled());
  expect(upload).toHaveBeenCalledTimes(2);
  const files = deliver.mock.calls.at(-1)?.[0].files;
  expect(files?.map((file) => file.attachmentId)).toEqual(["uploaded a.png", "uploaded b.png"]);
});

describe("in two tabs", () => {
  function twoTabs() {
    const leader = openTab((word) => queueMicrotask(() => follower.hear(structuredClone(word))));
    const follower: Outbox = openTab((word) => queueMicrotask(() => leader.hear(structuredClone(word))));
    leader.start();
    return { leader, follower };
  }

  it("one sends what was typed in the other; both show the same", async () => {
    const { leader, follower } = twoTabs();
    deliver.mockRejectedValueOnce(new ApiError(403, "not_connected", "not connected"));
    follower.send("c", "from the other tab");
    await vi.waitFor(() => expect(follower.getItems()).toMatchObject([{ status: "failed" }]));
    expect(leader.getItems()).toMatchObject([{ status: "failed", body: "from the other tab" }]);
    follower.retry("id-1");
    await vi.waitFor(() => expect(follower.getItems()).toEqual([]));
    expect(leader.getItems()).toEqual([]);
    expect(deliver.mock.calls.map(([pending]) => pending.clientId)).toEqual(["id-1", "id-1"]);
  });

  it("what was discarded in one is not sent by the other", async () => {
    const { leader, follower } = twoTabs();
    deliver.mockRejectedValue(networkError());
    follower.send("c", "not this");
    await vi.waitFor(() => expect(leader.getItems()).toMatchObject([{ status: "waiting" }]));
    follower.discard("id-1");
    await vi.waitFor(() => expect(leader.getItems()).toEqual([]));
    expect(await store.load()).toEqual([]);
  });

  it("the other one takes over what the first left", async () => {
    const { leader, follower } = twoTabs();
    deliver.mockRejectedValueOnce(networkError());
    follower.send("c", "still here");
    await vi.waitFor(() => expect(follower.getItems()).toMatchObject([{ status: "waiting" }]));
    leader.stop();
    follower.start();
    await vi.waitFor(() => expect(follower.getItems()).toEqual([]));
    expect(deliver).toHaveBeenCalledTimes(2);
  });
});
