// Tells how far has been read: only what was on the screen while the person was looking.
import type { Virtualizer } from "@tanstack/react-virtual";
import { useEffect } from "react";
import { useAttention } from "@/lib/use-attention";
import type { Timeline } from "../model/timeline";

/** This much of a message, or all of it, has to be seen. */
const SEEN_PX = 36;

export function useSeen(
  list: Virtualizer<HTMLDivElement, Element>,
  timeline: Timeline,
  markRead: (seq: number) => void,
): void {
  const attention = useAttention();
  const bottom = (list.scrollOffset ?? 0) + (list.scrollRect?.height ?? 0);
  const seen = list.getVirtualItems().findLast((item) => item.start + Math.min(item.size, SEEN_PX) <= bottom);
  let seq: number | undefined;
  for (let index = Math.min(seen?.index ?? -1, timeline.count - 1); index >= 0 && seq === undefined; index--)
    seq = timeline.rowAt(index).message?.seq;
  useEffect(() => {
    if (attention && seq !== undefined) markRead(seq);
  }, [attention, seq, markRead]);
}
