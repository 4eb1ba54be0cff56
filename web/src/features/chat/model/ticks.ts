// How far an own message has come, from what is known of the others' marks.
import type { Receipt } from "@/sdk/types";
import type { MessageRow } from "./timeline";

export type Tick = "sending" | "waiting" | "failed" | "sent" | "delivered" | "read";

/** `read` and `delivered` mean: all of the others. Without marks (large rooms) a stored message is just `sent`. */
export function tickOf(row: Pick<MessageRow, "state" | "message">, others: readonly Receipt[]): Tick | undefined {
  const { state, message } = row;
  if (state === "system" || state === "deleted") return undefined;
  if (state !== "sent" || !message) return state;
  if (others.length === 0) return "sent";
  if (others.every((receipt) => receipt.read_seq >= message.seq)) return "read";
  const reached = (receipt: Receipt) => Math.max(receipt.delivered_seq, receipt.read_seq);
  return others.every((receipt) => reached(receipt) >= message.seq) ? "delivered" : "sent";
}

export function readCount(seq: number, others: readonly Receipt[]): number {
  return others.filter((receipt) => receipt.read_seq >= seq).length;
}
