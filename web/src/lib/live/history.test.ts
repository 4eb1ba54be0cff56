import { expect, it } from "vitest";
import { sampleMessage } from "@/testing/samples";
import {
  isWithin,
  joinLatestPage,
  joinNewerPage,
  joinOlderPage,
  keepLatest,
  keepNear,
  lowerBound,
  MOST_HELD,
  putMessage,
} from "./history";

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => sampleMessage(from + index));
const page = (from: number, to: number) => ({ items: range(from, to), has_before: from > 1, has_after: false });
const seqs = (history: { items: { seq: number }[] }) => history.items.map((message) => message.seq);

it("a latest page that touches what is known joins it", () => {
  const joined = joinLatestPage({ items: range(3, 6), hasBefore: true }, page(6, 8));
  expect(seqs(joined)).toEqual([3, 4, 5, 6, 7, 8]);
  expect(joined.hasBefore).toBe(true);
});

it("a latest page beyond a gap replaces what is known", () => {
  expect(seqs(joinLatestPage({ items: range(1, 3), hasBefore: false }, page(6, 8)))).toEqual([6, 7, 8]);
});

it("what is known beyond a hole is not joined: the hole would never be closed", () => {
  const known = { items: [...range(1, 2), ...range(4, 5)], hasBefore: false };
  expect(seqs(joinLatestPage(known, page(6, 8)))).toEqual([6, 7, 8]);
});

it("what is after a stretch that was jumped to is not part of it", () => {
  const jumped = { items: range(4, 6), hasBefore: true, hasAfter: true };
  expect([3, 5, 7].map((seq) => isWithin(jumped, seq))).toEqual([false, true, false]);
  expect([3, 7].map((seq) => isWithin({ items: range(4, 6), hasBefore: false }, seq))).toEqual([true, true]);
});

it("a live message that came while the page was on its way stays", () => {
  expect(seqs(joinLatestPage({ items: range(1, 5), hasBefore: false }, page(1, 4)))).toEqual([1, 2, 3, 4, 5]);
});

it("an older page goes in front, and tells whether there is more", () => {
  const joined = joinOlderPage({ items: range(4, 5), hasBefore: true }, page(1, 3));
  expect(seqs(joined)).toEqual([1, 2, 3, 4, 5]);
  expect(joined.hasBefore).toBe(false);
});

it("finds places by halving, also where some are missing", () => {
  const messages = [3, 4, 8, 9].map((seq) => sampleMessage(seq));
  expect([1, 5, 99].map((seq) => lowerBound(messages, seq))).toEqual([0, 2, 4]);
});

it("puts one message at its place and leaves the others alone", () => {
  const known = [...range(1, 3), ...range(5, 6)];
  const items = putMessage(known, sampleMessage(4));
  expect(items.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(items.filter((message) => !known.includes(message))).toHaveLength(1);
  expect(putMessage(items, sampleMessage(4, { version: 99, body: "edited" }))[3]?.body).toBe("edited");
  expect(putMessage(items, sampleMessage(4, { version: 0, body: "stale" }))[3]?.body).not.toBe("stale");
});

it("holds a bounded stretch around the reader, and what was let go is paged in again", () => {
  const many = { items: range(1, MOST_HELD + 100), hasBefore: false };
  const kept = keepNear(many, MOST_HELD / 2);
  expect(kept).toMatchObject({ hasBefore: true, hasAfter: true });
  expect(kept.items.length).toBeLessThan(MOST_HELD);
  expect(kept.items.some(({ seq }) => seq === MOST_HELD / 2)).toBe(true);
  const last = kept.items.at(-1)?.seq ?? 0;
  const joined = joinNewerPage(kept, page(last + 1, last + 50));
  expect(joined.items.at(-1)?.seq).toBe(last + 50);
});

it("keeps what a reader at either end has before them", () => {
  const many = { items: range(1, MOST_HELD + 1), hasBefore: false };
  const atStart = keepNear(many, 1);
  expect([atStart.items[0]?.seq, atStart.hasBefore, atStart.hasAfter]).toEqual([1, false, true]);
  const atEnd = keepNear(many, MOST_HELD + 1);
  expect([atEnd.items.at(-1)?.seq, atEnd.hasBefore, atEnd.hasAfter]).toEqual([MOST_HELD + 1, true, false]);
});

it("lets nothing go while there are few", () => {
  const few = { items: range(1, MOST_HELD), hasBefore: false };
  expect(keepNear(few, 5)).toBe(few);
  expect(keepLatest(few)).toBe(few);
});

it("keeps the latest of a conversation that nobody looks at", () => {
  const many = { items: range(1, 2 * MOST_HELD + 1), hasBefore: false };
  const kept = keepLatest(many);
  expect([kept.items.length, kept.items.at(-1)?.seq, kept.hasBefore]).toEqual([MOST_HELD, 2 * MOST_HELD + 1, true]);
});
