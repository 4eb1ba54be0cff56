import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { sampleConversation, sampleMessage } from "@/testing/samples";
import { ApiError, networkError } from "./api-error";
import type { LiveEvent } from "./events";
import { Synchroniser } from "./sync";
import type { Changes, Sync, SyncAnswer } from "./types";

const fetchSync = vi.fn<(since?: string) => Promise<SyncAnswer>>();
const fetchChanges = vi.fn<(id: string, after: number) => Promise<Changes>>();
const onSync = vi.fn();
const onChanges = vi.fn();
const onReset = vi.fn();
const onBehind = vi.fn();

const page = (token: string, change: Partial<Sync> = {}): Sync => ({
  conversations: [],
  removed_conversation_ids: [],
  relationships_changed: false,
  total_unread: 0,
  has_more: false,
  token,
  ...change,
});
const changes = (version: number, has_more = false) =>
  ({ messages: [], members: [], removed_member_ids: [], version, has_more }) as unknown as Changes;
const message = (version: number): LiveEvent => ({
  type: "message.created",
  data: sampleMessage(version, { conversation_id: "c", version }),
});

function open() {
  return new Synchroniser({ fetchSync, fetchChanges, onSync, onChanges, onReset, onBehind, random: () => 0 });
}

beforeEach(() => {
  vi.useFakeTimers();
  for (const mock of [fetchSync, fetchChanges, onSync, onChanges, onReset, onBehind]) mock.mockReset();
  fetchSync.mockImplementation(async (since) => (since ? page("t2") : { token: "t1", total_unread: 0 }));
});
afterEach(() => vi.useRealTimers());

it("takes a token first, then asks what changed since it", async () => {
  const sync = open();
  await sync.run();
  expect(onSync).not.toHaveBeenCalled();
  await sync.run();
  expect(fetchSync.mock.calls).toEqual([[undefined], ["t1"]]);
  expect(sync.getToken()).toBe("t2");
});

it("asks on while there is more", async () => {
  fetchSync.mockResolvedValueOnce(page("t5", { has_more: true })).mockResolvedValueOnce(page("t6"));
  const sync = open();
  sync.resume("t4");
  await sync.run();
  expect(fetchSync.mock.calls).toEqual([["t4"], ["t5"]]);
  expect(onSync).toHaveBeenCalledTimes(2);
});

it("runs once more when it is asked meanwhile, not twice at a time", async () => {
  const sync = open();
  sync.resume("t1");
  await Promise.all([sync.run(), sync.run(), sync.run()]);
  expect(fetchSync.mock.calls.length).toBeLessThanOrEqual(2);
});

it("tries again after a failure that may pass", async () => {
  fetchSync.mockRejectedValueOnce(networkError());
  const sync = open();
  sync.resume("t1");
  const done = sync.run();
  await vi.advanceTimersByTimeAsync(1_000);
  await done;
  expect(sync.getToken()).toBe("t2");
});

it("starts anew when its token is too old", async () => {
  fetchSync.mockRejectedValueOnce(new ApiError(410, "resync_required", "too old"));
  const sync = open();
  sync.resume("ancient");
  await sync.run();
  expect(onReset).toHaveBeenCalledOnce();
  expect(sync.getToken()).toBe("t2");
});

it("starts anew when its token means nothing to the server", async () => {
  fetchSync.mockRejectedValueOnce(new ApiError(422, "validation_failed", "foreign"));
  const sync = open();
  sync.resume("garbled");
  await sync.run();
  expect(onReset).toHaveBeenCalledOnce();
  expect(fetchSync.mock.calls.slice(0, 2)).toEqual([["garbled"], [undefined]]);
});

it("asks for the changes after a jump of the version that stays", async () => {
  fetchChanges.mockResolvedValue(changes(4));
  const sync = open();
  for (const version of [1, 2, 4]) sync.note(message(version));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(fetchChanges).toHaveBeenCalledExactlyOnceWith("c", 2);
  sync.note(message(5));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(fetchChanges).toHaveBeenCalledOnce();
});

it("does not ask when what was missing comes a moment later", async () => {
  const sync = open();
  for (const version of [1, 3, 2]) sync.note(message(version));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(fetchChanges).not.toHaveBeenCalled();
});

it("asks on while a conversation has more changes", async () => {
  fetchChanges.mockResolvedValueOnce(changes(50, true)).mockResolvedValueOnce(changes(60));
  const sync = open();
  sync.opened("c", 60, 10);
  await vi.advanceTimersByTimeAsync(0);
  expect(fetchChanges.mock.calls).toEqual([
    ["c", 10],
    ["c", 50],
  ]);
});

it("closes a gap that a sync tells of, from where the conversation was known", async () => {
  fetchChanges.mockResolvedValue(changes(90));
  const conversation = sampleConversation({ id: "c", version: 90 });
  fetchSync.mockResolvedValueOnce(page("t3", { conversations: [{ conversation, messages: [], gap: true }] }));
  const sync = open();
  sync.note(message(7));
  sync.resume("t2");
  await sync.run();
  expect(fetchChanges).toHaveBeenCalledExactlyOnceWith("c", 7);
});

it("loads anew what is too far behind, or of which nothing is known", async () => {
  const sync = open();
  await sync.changesOf("unknown");
  sync.note(message(1));
  await sync.changesOf("c", 2_000);
  expect(onBehind.mock.calls).toEqual([["unknown"], ["c"]]);
  expect(fetchChanges).not.toHaveBeenCalled();
});
