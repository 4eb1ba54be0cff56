import { expect, it } from "vitest";
import type { LiveEvent } from "@/sdk/events";
import type { Message } from "@/sdk/types";
import { sampleLiveState } from "@/testing/live-state";
import { CONVERSATION_ID, PEER_ID, sampleMessage, sampleUser } from "@/testing/samples";
import { reduce } from "../reduce";

const start = sampleLiveState();

const created = (message: Message): LiveEvent => ({ type: "message.created", data: message });
const placeOf = (seq: number) => {
  const { id: message_id, conversation_id } = sampleMessage(seq);
  return { conversation_id, message_id, seq };
};
const run = (events: readonly LiveEvent[], from = start) =>
  events.reduce((state, event) => reduce(state, event).state, from);

it("leaves all others as they are", () => {
  const before = run([created(sampleMessage(1)), created(sampleMessage(2)), created(sampleMessage(3))]);
  const reaction = { ...placeOf(2), version: 9, user_id: PEER_ID, emoji: "👍", active: true };
  const after = run(
    [
      created(sampleMessage(4)),
      { type: "reaction.updated", data: { ...reaction, reactions: [{ emoji: "👍", count: 1 }] } },
      { type: "message.deleted", data: { ...placeOf(3), version: 10, deleted_at: "2026-01-31T10:00:00.000Z" } },
    ],
    before,
  );
  const [one, two, three] = after.histories[CONVERSATION_ID]?.items ?? [];
  expect(one).toBe(before.histories[CONVERSATION_ID]?.items[0]);
  expect(two?.reactions).toHaveLength(1);
  expect(three?.deleted_at).not.toBeNull();
});

it("makes replies stop quoting what was deleted, whichever is told first", () => {
  const quoted = sampleMessage(1);
  const reply_to = { id: quoted.id, seq: 1, sender_id: PEER_ID, excerpt: "gone" };
  const reply = created(sampleMessage(2, { reply_to }));
  const deleted: LiveEvent = {
    type: "message.deleted",
    data: { ...placeOf(1), version: 9, deleted_at: "2026-01-31T10:00:00.000Z" },
  };
  const told = created(quoted);
  for (const order of [
    [told, reply, deleted],
    [told, deleted, reply],
    [reply, told, deleted],
    [reply, deleted, told],
    [deleted, told, reply],
    [deleted, reply, told],
  ])
    expect(run(order).histories[CONVERSATION_ID]?.items.at(-1)?.reply_to?.excerpt).toBe("");
});

it("a reply stops quoting a message that comes as a deleted one", () => {
  const quoted = sampleMessage(1);
  const reply_to = { id: quoted.id, seq: 1, sender_id: PEER_ID, excerpt: "gone" };
  const gone = { ...quoted, version: 9, body: "", deleted_at: "2026-01-31T10:00:00.000Z" };
  const after = run([created(quoted), created(sampleMessage(2, { reply_to })), created(gone)]);
  expect(after.histories[CONVERSATION_ID]?.items.at(-1)?.reply_to?.excerpt).toBe("");
});

it("whoever has sent does not type any more", () => {
  const typing: LiveEvent = {
    type: "typing",
    data: { conversation_id: CONVERSATION_ID, user_id: PEER_ID, active: true },
  };
  const typed = run([typing]);
  expect(typed.planes[CONVERSATION_ID]?.typing).toEqual([PEER_ID]);
  const sent = created(sampleMessage(1, { sender: { ...sampleUser(), id: PEER_ID } }));
  expect(run([sent], typed).planes[CONVERSATION_ID]?.typing).toEqual([]);
});
