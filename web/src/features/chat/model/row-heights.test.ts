import { expect, it } from "vitest";
import type { Message } from "@/sdk/types";
import { OWN_ID, sampleMessage, sampleUser } from "@/testing/samples";
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

it.each<[string, Partial<Message>]>([
  ["a longer text", { body: "x".repeat(200) }],
  ["more lines", { body: "a\nb" }],
  ["an emoji alone", { body: "👍" }],
  ["a new day above", { created_at: "2026-03-02T09:00:00.000Z" }],
  ["a sender's name above", { sender: { ...sampleUser(), id: "somebody-else" } }],
  ["an own message", { sender: { ...sampleUser(), id: OWN_ID } }],
  ["reactions", { reactions: [{ emoji: "👍", count: 1, me: false }] }],
  ["one that was deleted", { deleted_at: "2026-03-02T09:00:00.000Z" }],
])("tells %s apart", (_, change) => {
  const heights = new RowHeights();
  const [, plain, other] = rowsOf({ body: "abc" }, { body: "abc" }, { body: "abc", ...change });
  if (!plain || !other) throw new Error("rows are missing");
  heights.learn(plain, 37);
  expect(heights.guess(other)).toBe(52);
});
