import { expect, it } from "vitest";
import { sampleMessage } from "@/testing/samples";
import { joinLatestPage, joinOlderPage } from "./history";

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

it("a live message that came while the page was on its way stays", () => {
  expect(seqs(joinLatestPage({ items: range(1, 5), hasBefore: false }, page(1, 4)))).toEqual([1, 2, 3, 4, 5]);
});

it("an older page goes in front, and tells whether there is more", () => {
  const joined = joinOlderPage({ items: range(4, 5), hasBefore: true }, page(1, 3));
  expect(seqs(joined)).toEqual([1, 2, 3, 4, 5]);
  expect(joined.hasBefore).toBe(false);
});
