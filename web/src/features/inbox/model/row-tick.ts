// How far one's own last message has come, for the tick in its row.
import type { Receipt } from "@/sdk/types";

export type RowTick = "waiting" | "sent" | "delivered" | "read";

/** `read` and `delivered` mean all of the others; where nobody's marks are known it was sent. */
export function rowTick(seq: number, others: readonly Receipt[]): RowTick {
  if (others.length === 0) return "sent";
  if (others.every((receipt) => receipt.read_seq >= seq)) return "read";
  const reached = ({ delivered_seq, read_seq }: Receipt) => Math.max(delivered_seq, read_seq) >= seq;
  return others.every(reached) ? "delivered" : "sent";
}

/** The furthest marks of two lists, without the reader's own. */
export function joinReceipts(a: readonly Receipt[], b: readonly Receipt[], ownId: string): Receipt[] {
  const joined = new Map<string, Receipt>();
  for (const receipt of [...a, ...b]) {
    if (receipt.user_id === ownId) continue;
    const known = joined.get(receipt.user_id);
    joined.set(receipt.user_id, {
      user_id: receipt.user_id,
      read_seq: Math.max(receipt.read_seq, known?.read_seq ?? 0),
      delivered_seq: Math.max(receipt.delivered_seq, known?.delivered_seq ?? 0),
    });
  }
  return [...joined.values()];
}
