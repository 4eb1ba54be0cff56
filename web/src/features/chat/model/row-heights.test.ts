import { expect, it } from "vitest";
import type { Message } from "@/sdk/types";
import { OWN_ID, PEER_ID, sampleMessage, sampleUser } from "@/testing/samples";
import { RowHeights } from "./row-heights";
import { makeTimeline } from "./timeline";

const rowsOf = (...changes: Partial<Message>[]) => {
  const messages = changes.map((change, index) => sampleMessage(index + 1, change));
  const { rowAt } = makeTimeline({ messages, pending: [], ownUserId: OWN_ID, readSeq: 99 });
  return messages.map((_, index) => rowAt(index));
};

it("guesses of a row what was seen of one that looks like it", () => {
  const heights = new RowHeights();
  const [, shown, alike] = rowsOf({}, { body: "#1 On my way" }, { body: "#2 In a hour" });
  if (!shown || !alike) throw new Error("rows are missing");
  const before = heights.guess(alike);
  heights.learn(shown, 37);
  expect([before, heights.guess(alike)]).toEqual([52, 37]);
  heights.learn(alike, 41);
  expect(heights.guess(shown)).toBe(41);
});

const own = { ...sampleUser(), id: OWN_ID };
const third = { ...sampleUser(), id: "somebody-else" };
const file = {
  id: "f1",
  name: "map.pdf",
  media_type: "application/pdf",
  size: 9,
  url: "/f1",
  url_expires_at: "2999-01-01T00:00:00.000Z",
};

it.each<[string, Partial<Message>]>([
  ["a longer text", { body: "x".repeat(200) }],
  ["more lines", { body: "a\nb" }],
  ["an emoji alone", { body: "👍" }],
  ["a new day above", { created_at: "2026-03-02T09:00:00.000Z" }],
  ["a sender's name above", { sender: third }],
  ["an answer", { reply_to: { id: "m1", seq: 1, sender_id: PEER_ID, excerpt: "" } }],
  ["a file", { attachments: [file] }],
  ["reactions", { reactions: [{ emoji: "👍", count: 1, me: false }] }],
  ["one that was deleted", { deleted_at: "2026-03-02T09:00:00.000Z" }],
])("tells %s apart", (_, change) => {
  const heights = new RowHeights();
  const [, plain, other] = rowsOf({ body: "abc" }, { body: "abc" }, { body: "abc", ...change });
  if (!plain || !other) throw new Error("rows are missing");
  heights.learn(plain, 37);
  expect(heights.guess(other)).toBe(52);
});

it("tells own messages from those of others, who may have a name above", () => {
  const heights = new RowHeights();
  const [, ours, theirs] = rowsOf({ body: "abc" }, { body: "abc", sender: own }, { body: "abc", sender: third });
  if (!ours || !theirs) throw new Error("rows are missing");
  heights.learn(ours, 37);
  expect(heights.guess(theirs)).toBe(52);
});
