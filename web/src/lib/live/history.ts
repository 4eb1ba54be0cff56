// What is known of a conversation's messages, and how new knowledge joins it.
import type { Message, MessagePage } from "@/sdk/types";

/** Messages by `seq`, ascending; dense, but for a gap that a missed event leaves until the next fetch closes it. */
export interface History {
  items: Message[];
  hasBefore: boolean;
}

/** All messages of both, each once, in the order of `seq`; of two states of one message the higher version stays. */
export function mergeMessages(known: readonly Message[], fresh: readonly Message[]): Message[] {
  const bySeq = new Map(known.map((message) => [message.seq, message]));
  for (const message of fresh) {
    const other = bySeq.get(message.seq);
    if (!other || message.version >= other.version) bySeq.set(message.seq, message);
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** The latest page joins what was known; older messages that no longer touch it are dropped, to be paged in again. */
export function joinLatestPage(known: History | undefined, page: MessagePage): History {
  const first = page.items[0];
  if (!known || !first) return { items: page.items, hasBefore: page.has_before };
  const newer = known.items.filter((message) => message.seq >= first.seq);
  const older = known.items.filter((message) => message.seq < first.seq);
  const touches = older.at(-1)?.seq === first.seq - 1 && isDense(older);
  if (!touches) return { items: mergeMessages(newer, page.items), hasBefore: page.has_before };
  return { items: mergeMessages(known.items, page.items), hasBefore: known.hasBefore };
}

/** An older page goes in front. */
export function joinOlderPage(known: History, page: MessagePage): History {
  return { items: mergeMessages(known.items, page.items), hasBefore: page.has_before };
}

export function isDense(items: readonly Message[]): boolean {
  const [first, last] = [items[0], items.at(-1)];
  return !first || !last || last.seq - first.seq + 1 === items.length;
}
