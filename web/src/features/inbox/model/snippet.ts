// The part of a message around what a search found, with the matches marked.
import type { components } from "@/sdk/schema";

type Highlight = components["schemas"]["Highlight"];

export interface Piece {
  text: string;
  marked: boolean;
}

const BEFORE = 28;
const LENGTH = 140;

/** `highlights` are offsets in UTF-16 units of `body`, as strings of JavaScript count. */
export function snippetOf(body: string, highlights: readonly Highlight[]): Piece[] {
  const sorted = [...highlights].sort((a, b) => a.start - b.start);
  const from = startOf(body, sorted[0]?.start ?? 0);
  const to = Math.min(body.length, from + LENGTH);
  const pieces: Piece[] = [];
  const add = (start: number, end: number, marked: boolean) => {
    const text = body.slice(start, end).replace(/\s+/g, " ");
    if (text) pieces.push({ text, marked });
  };
  let at = from;
  for (const { start, end } of sorted) {
    if (start < at || start >= to) continue;
    add(at, start, false);
    add(start, Math.min(end, to), true);
    at = Math.min(end, to);
  }
  add(at, to, false);
  if (from > 0) pieces.unshift({ text: "…", marked: false });
  if (to < body.length) pieces.push({ text: "…", marked: false });
  return pieces;
}

/** A little before the first match, at the beginning of a word where one is near. */
function startOf(body: string, match: number): number {
  if (match <= BEFORE) return 0;
  const space = body.indexOf(" ", match - BEFORE);
  return space >= 0 && space < match ? space + 1 : match;
}
