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
