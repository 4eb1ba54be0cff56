// Events in any order, and repeated, give the same state.
import { expect, it } from "vitest";
import type { LiveEvent } from "@/sdk/events";
import type { Reaction } from "@/sdk/types";
import { sampleLiveState } from "@/testing/live-state";
import {
  CONVERSATION_ID,
  OWN_ID,
  PEER_ID,
  sampleConversation,
  sampleInbox,
  sampleMessage,
  sampleUser,
} from "@/testing/samples";
import type { KnownConversation } from "./conversation";
import { reduce } from "./reduce";
import type { LiveState } from "./state";

const start = sampleLiveState({
  inbox: sampleInbox(sampleConversation({ kind: "group", peer: null, title: "Harbour", version: 1 })),
  members: { [CONVERSATION_ID]: { items: [], next_cursor: null } },
});

/** A generator of numbers that gives the same ones for the same seed (mulberry32). */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) % below;
  };
}

/** What a server would tell of a conversation in which much happens. */
function story(random: (below: number) => number): LiveEvent[] {
  const events: LiveEvent[] = [];
  const messages: { id: string; seq: number; reactions: Map<string, Set<string>>; deleted: boolean; body: string }[] =
    [];
  const others = [PEER_ID, "u2", "u3"];
  let version = 1;
  let members = 3;
  let read = 0;
  const place = (message: (typeof messages)[number]) => ({
    conversation_id: CONVERSATION_ID,
    message_id: message.id,
    seq: message.seq,
  });
  const reactionsOf = (message: (typeof messages)[number]): Reaction[] =>
    [...message.reactions].filter(([, who]) => who.size > 0).map(([emoji, who]) => ({ emoji, count: who.size }));
  for (let step = 0; step < 30; step++) {
    version += 1;
    const target = messages[random(Math.max(1, messages.length))];
    const action = messages.length === 0 ? 0 : random(8);
    if (action <= 1 || !target || target.deleted) {
      const seq = messages.length + 1;
      const message = { id: `m${seq}`, seq, reactions: new Map(), deleted: false, body: `message ${seq}` };
      const sender = random(4) === 0 ? OWN_ID : (others[random(3)] ?? PEER_ID);
      messages.push(message);
      if (sender === OWN_ID) read = seq;
      const data = sampleMessage(seq, { id: message.id, version, sender: { ...sampleUser(), id: sender } });
      events.push({ type: "message.created", data });
    } else if (action <= 3) {
      const [user_id, emoji] = [random(2) === 0 ? OWN_ID : PEER_ID, ["👍", "🎉"][random(2)] ?? "👍"];
      const who = target.reactions.get(emoji) ?? new Set();
      const active = !who.has(user_id);
      if (active) who.add(user_id);
      else who.delete(user_id);
      target.reactions.set(emoji, who);
      const data = { ...place(target), version, user_id, emoji, active, reactions: reactionsOf(target) };
      events.push({ type: "reaction.updated", data });
    } else if (action === 4) {
      target.deleted = true;
      events.push({
        type: "message.deleted",
        data: { ...place(target), version, deleted_at: "2026-02-01T00:00:00.000Z" },
      });
    } else if (action === 5) {
      const title = `Harbour ${version}`;
      const {
        my: _my,
        peer: _peer,
        ...shared
      } = sampleConversation({ kind: "group", title, version, member_count: members });
      const last_seq = messages.length;
      events.push({ type: "conversation.updated", data: { ...shared, last_seq } });
    } else {
      const added = random(2) === 0;
      members += added ? 1 : -1;
      const user_id = others[random(3)] ?? PEER_ID;
      const user = { ...sampleUser(), id: user_id };
      const data = { conversation_id: CONVERSATION_ID, version, user_id, user, role: "member" as const };
      const rest = { joined_at: "2026-01-31T09:30:00.000Z", member_count: members };
      events.push({ type: added ? "member.added" : "member.removed", data: { ...data, ...rest } });
    }
    if (random(5) === 0) {
      read = Math.max(read, random(messages.length + 1));
      const last_seq = messages.length;
      const data = {
        conversation_id: CONVERSATION_ID,
        last_seq,
        version,
        read_seq: read,
        unread_count: last_seq - read,
      };
      events.push({
        type: "unread.updated",
        data: { ...data, mention_count: Math.min(random(3), last_seq - read), total_unread: 0 },
      });
    }
  }
  return events;
}

function shuffled<T>(items: readonly T[], random: (below: number) => number): T[] {
  const left = [...items];
  for (let last = left.length - 1; last > 0; last--) {
    const other = random(last + 1);
    [left[last], left[other]] = [left[other] as T, left[last] as T];
  }
  return left;
}

/** What people see of it. */
function shown(state: LiveState) {
  const conversation: KnownConversation = state.inbox?.items[0] ?? sampleConversation();
  const { seen: _seen, updated_at: _at, ...rest } = conversation;
  const messages = state.histories[CONVERSATION_ID]?.items.map((message) => {
    const { own: _own, ...left } = message as typeof message & { own?: unknown };
    const reactions = left.reactions.map(({ emoji, count, me }) => ({ emoji, count, me: me ?? false }));
    return { ...left, reactions };
  });
  const last = rest.last_message?.seq;
  return { rest: { ...rest, last_message: last }, messages, members: state.members[CONVERSATION_ID]?.items };
}

const run = (events: readonly LiveEvent[]) => events.reduce((state, event) => reduce(state, event).state, start);

it.each(Array.from({ length: 60 }, (_, seed) => seed))("story %i ends the same in any order, told twice", (seed) => {
  const random = randomOf(seed);
  const events = story(random);
  const expected = shown(run(events));
  expect(shown(run(shuffled([...events, ...events], random)))).toEqual(expected);
  expect(shown(run([...events].reverse()))).toEqual(expected);
});
