import { describe, expect, it } from "vitest";
import { queryKeys } from "@/lib/query-keys";
import type { LiveEvent } from "@/sdk/events";
import type { Message } from "@/sdk/types";
import { sampleLiveState } from "@/testing/live-state";
import {
  bothWays,
  CONVERSATION_ID,
  noRelationship,
  OWN_ID,
  PEER_ID,
  sampleConversation,
  sampleInbox,
  sampleMessage,
  sampleUser,
} from "@/testing/samples";
import { reduce } from "./reduce";
import type { LiveState } from "./state";

const start = sampleLiveState({
  inbox: sampleInbox(
    sampleConversation(),
    sampleConversation({ id: "other", updated_at: "2026-02-01T00:00:00.000Z", peer: null }),
  ),
  followRequests: [],
  connections: [],
});

const created = (message: Message): LiveEvent => ({ type: "message.created", data: message });
const unread = (last_seq: number, read_seq: number): LiveEvent => ({
  type: "unread.updated",
  data: {
    conversation_id: CONVERSATION_ID,
    last_seq,
    version: last_seq,
    read_seq,
    unread_count: last_seq - read_seq,
    mention_count: 0,
    total_unread: last_seq - read_seq,
  },
});
const run = (events: readonly LiveEvent[], from = start) =>
  events.reduce((state, event) => reduce(state, event).state, from);

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  );
}

const conversationOf = (state: LiveState) => state.inbox?.items.find((item) => item.id === CONVERSATION_ID);

describe("messages", () => {
  const own = sampleMessage(3, { sender: { ...sampleUser(), id: OWN_ID } });
  const events: LiveEvent[] = [
    created(sampleMessage(1)),
    created(sampleMessage(2)),
    created(own),
    created(sampleMessage(4)),
    unread(4, 3),
  ];

  it("end in the same state in whatever order they come", () => {
    const expected = run(events);
    for (const order of permutations(events)) expect(run(order)).toEqual(expected);
    expect(conversationOf(expected)).toMatchObject({ last_seq: 4, version: 4, my: { read_seq: 3, unread_count: 1 } });
    expect(expected.histories[CONVERSATION_ID]?.items.map((message) => message.seq)).toEqual([1, 2, 3, 4]);
  });

  it("change nothing when they come again", () => {
    const once = run(events);
    for (const event of events) expect(run([event], once)).toEqual(once);
  });

  it("move their conversation to the top", () => {
    const late = sampleMessage(1, { created_at: "2026-03-01T00:00:00.000Z" });
    expect(run([created(late)]).inbox?.items.map((item) => item.id)).toEqual([CONVERSATION_ID, "other"]);
  });

  it("keep the state with the higher version", () => {
    const edited = sampleMessage(1, { version: 9, body: "edited", edited_at: "2026-01-31T10:00:00.000Z" });
    for (const order of [
      [created(edited), created(sampleMessage(1))],
      [created(sampleMessage(1)), created(edited)],
    ])
      expect(run(order).histories[CONVERSATION_ID]?.items).toEqual([edited]);
  });

  it("ask for the history when one in between is missing", () => {
    const state = run([created(sampleMessage(1))]);
    expect(reduce(state, created(sampleMessage(3))).stale).toContainEqual(queryKeys.history(CONVERSATION_ID));
    expect(reduce(state, created(sampleMessage(2))).stale).toEqual([]);
  });

  it("ask for the inbox when their conversation is unknown", () => {
    const elsewhere = created(sampleMessage(1, { conversation_id: "unknown" }));
    expect(reduce(start, elsewhere)).toMatchObject({ state: start, stale: [["inbox"], ["conversation", "unknown"]] });
  });
});

describe("read marks", () => {
  it("never move back", () => {
    const state = run([unread(5, 4), unread(5, 2)]);
    expect(conversationOf(state)?.my).toMatchObject({ read_seq: 4, unread_count: 1 });
  });

  it("tell how much is unread in all", () => {
    expect(run([unread(5, 4)]).inbox?.total_unread).toBe(1);
  });

  it("of others never move back either: a hidden one is told as 0", () => {
    const marks = { conversation_id: CONVERSATION_ID, user_id: PEER_ID, delivered_seq: 5 };
    const told = (read_seq: number): LiveEvent => ({ type: "receipt.updated", data: { ...marks, read_seq } });
    expect(run([told(4), told(0)]).planes[CONVERSATION_ID]?.receipts[PEER_ID]).toMatchObject({ read_seq: 4 });
  });
});

describe("conversation.created", () => {
  const fresh = sampleConversation({ id: "fresh", version: 1, last_seq: 1, last_message: sampleMessage(1) });

  it("adds a conversation once", () => {
    const event: LiveEvent = { type: "conversation.created", data: fresh };
    const state = run([event, event]);
    expect(state.inbox?.items.filter((item) => item.id === "fresh")).toHaveLength(1);
  });

  it("does not undo what came after its snapshot", () => {
    const snapshot: LiveEvent = { type: "conversation.created", data: sampleConversation({ version: 1 }) };
    const after = run([created(sampleMessage(2)), snapshot]);
    expect(conversationOf(after)).toMatchObject({ version: 2, last_seq: 2, last_message: { seq: 2 } });
    expect(after).toEqual(run([snapshot, created(sampleMessage(2))]));
  });

  it("without the reader's part asks for the inbox", () => {
    const { my: _my, peer: _peer, ...shared } = fresh;
    expect(reduce(start, { type: "conversation.created", data: shared }).stale).toContainEqual(queryKeys.inbox);
  });
});

describe("people", () => {
  const asking = sampleUser({ ...noRelationship, followed_by: "requested" });
  const requested: LiveEvent = { type: "follow.requested", data: { request_id: "r1", user: asking } };
  const connected: LiveEvent = {
    type: "relationship.updated",
    data: { user_id: PEER_ID, user: sampleUser(bothWays) },
  };

  it("who ask to follow are listed once", () => {
    expect(run([requested, requested]).followRequests).toMatchObject([{ id: "r1", user: { id: PEER_ID } }]);
  });

  it("leave the requests and join the connections when connected, whichever event comes last", () => {
    for (const order of [
      [requested, connected],
      [connected, requested],
    ])
      expect(run(order)).toMatchObject({ followRequests: [], connections: [{ id: PEER_ID }] });
  });

  it("are shown with their new relationship everywhere", () => {
    const stranger = sampleUser(noRelationship);
    const before = { ...start, searches: { be: [stranger] }, users: { [PEER_ID]: stranger } };
    const state = run([connected], before);
    expect(state.searches.be?.[0]?.relationship?.connected).toBe(true);
    expect(state.users[PEER_ID]?.relationship?.connected).toBe(true);
    expect(conversationOf(state)?.peer?.relationship?.connected).toBe(true);
  });

  it("disappear when they are not visible any more", () => {
    const gone: LiveEvent = { type: "relationship.updated", data: { user_id: PEER_ID, user: null } };
    const state = run([connected, gone]);
    expect(state.connections).toEqual([]);
    expect(conversationOf(state)?.peer).toBeNull();
  });
});

it("an event of an unknown type changes nothing", () => {
  const unknown = { type: "reaction.exploded", data: {} } as unknown as LiveEvent;
  expect(reduce(start, unknown)).toEqual({ state: start, stale: [] });
});
