// What is known of a conversation's messages, and how new knowledge joins it.
import type { Message, MessagePage } from "@/sdk/types";
import { mergeMessage } from "./message";

/** A stretch of messages by `seq`, ascending; dense, but for a gap that a missed event leaves until it is closed. */
export interface History {
  items: Message[];
  hasBefore: boolean;
  /** The stretch does not reach the latest message: it was jumped to. What arrives live is not part of it. */
  hasAfter?: boolean;
}

/** So many messages of one conversation are held at most; those far from the reader are let go, to be paged in again. */
export const MOST_HELD = 2_000;
/** What stays of them: letting go is rare, and what the reader may reach at once is there. */
const KEPT = 1_200;

/** The place of the first message that is not before `seq`, by halving. */
export function lowerBound(messages: readonly Message[], seq: number): number {
  let [low, high] = [0, messages.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((messages[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where the message with this `seq` stands; -1 when it is not loaded. */
export function indexOfSeq(messages: readonly Message[], seq: number): number {
  const index = lowerBound(messages, seq);
  return messages[index]?.seq === seq ? index : -1;
}

/** One message at its place; the others are left as they are, and are not looked at. */
export function putMessage(known: readonly Message[], message: Message): Message[] {
  const index = lowerBound(known, message.seq);
  const before = known[index]?.seq === message.seq ? known[index] : undefined;
  return known.toSpliced(index, before ? 1 : 0, mergeMessage(before, message));
}

/** When there are too many, the stretch around a place. */
export function keepNear(history: History, seq: number): History {
  const { items } = history;
  if (items.length <= MOST_HELD) return history;
  const middle = lowerBound(items, seq) - KEPT / 2;
  const start = Math.min(Math.max(0, middle), items.length - KEPT);
  const end = start + KEPT;
  const hasBefore = history.hasBefore || start > 0;
  const hasAfter = history.hasAfter || end < items.length;
  return { items: items.slice(start, end), hasBefore, hasAfter };
}

/** The latest of a conversation that nobody looks at; whoever does has `keepNear`, and that comes first. */
export function keepLatest(history: History): History {
  if (history.items.length <= 2 * MOST_HELD) return history;
  return { ...history, items: history.items.slice(-MOST_HELD), hasBefore: true };
}

/** All messages of both, each once, in the order of `seq`; of two states of one message the higher version stays. */
export function mergeMessages(known: readonly Message[], fresh: readonly Message[]): Message[] {
  const bySeq = new Map(known.map((message) => [message.seq, message]));
  for (const message of fresh) bySeq.set(message.seq, mergeMessage(bySeq.get(message.seq), message));
  const items = [...bySeq.values()];
  return isAscending(items) ? items : items.sort((a, b) => a.seq - b.seq);
}

/** A page around a place replaces what was known, but for newer states of its own messages. */
export function jumpToPage(known: History | undefined, page: MessagePage): History {
  const first = page.items[0]?.seq ?? 0;
  const last = page.items.at(-1)?.seq ?? 0;
  const overlap = known?.items.filter((message) => message.seq >= first && message.seq <= last) ?? [];
  return { items: mergeMessages(overlap, page.items), hasBefore: page.has_before, hasAfter: page.has_after };
}

/** The latest page joins what was known; older messages that no longer touch it are dropped, to be paged in again. */
export function joinLatestPage(known: History | undefined, page: MessagePage): History {
  const first = page.items[0];
  if (!known) return { items: page.items, hasBefore: page.has_before };
  if (!first) return { items: known.items, hasBefore: page.has_before };
  const newer = known.items.filter((message) => message.seq >= first.seq);
  const older = known.items.filter((message) => message.seq < first.seq);
  const touches = older.at(-1)?.seq === first.seq - 1 && isDense(older);
  if (!touches) return { items: mergeMessages(newer, page.items), hasBefore: page.has_before };
  return { items: mergeMessages(known.items, page.items), hasBefore: known.hasBefore };
}

/** An older page goes in front. */
export function joinOlderPage(known: History, page: MessagePage): History {
  return { ...known, items: mergeMessages(known.items, page.items), hasBefore: page.has_before };
}

/** A newer page goes behind. */
export function joinNewerPage(known: History, page: MessagePage): History {
  return { ...known, items: mergeMessages(known.items, page.items), hasAfter: page.has_after };
}

/** Whether a message belongs to the stretch that is loaded. */
export function isWithin(history: History, seq: number): boolean {
  const [first, last] = [history.items[0], history.items.at(-1)];
  if (!first || !last) return !history.hasAfter && !history.hasBefore;
  return (seq >= first.seq || !history.hasBefore) && (seq <= last.seq || !history.hasAfter);
}

export function isDense(items: readonly Message[]): boolean {
  const [first, last] = [items[0], items.at(-1)];
  return !first || !last || last.seq - first.seq + 1 === items.length;
}

function isAscending(items: readonly Message[]): boolean {
  return items.every((message, index) => index === 0 || (items[index - 1]?.seq ?? 0) < message.seq);
}
