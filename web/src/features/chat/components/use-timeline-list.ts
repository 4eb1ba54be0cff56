// The virtual list of the history: it stays at its end while the reader is there, keeps its place when older messages
// come in above, loads more on both sides, and goes where it is sent.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { MOST_HELD } from "@/lib/live/history";
import type { Timeline } from "../model/timeline";
import { useStayAtEnd } from "./use-stay-at-end";

const ROW_PX = 52;
const NEAR_END_PX = 80;
/** This many rows from an edge, what lies beyond is loaded: about five screens, so that few ever see the edge. */
const LOAD_WITHIN = 60;

interface Options {
  box: RefObject<HTMLDivElement | null>;
  timeline: Timeline;
  hasBefore: boolean;
  hasAfter: boolean;
  /** Kept in the page although it is out of sight: the message that has the focus. */
  keepIndex: number;
  loadOlder: () => Promise<void>;
  loadNewer: () => Promise<void>;
  /** Lets go of messages far from this one when there are too many. */
  letGo: (nearSeq: number) => void;
}

export function useTimelineList({ box, timeline, hasBefore, hasAfter, keepIndex, ...calls }: Options) {
  const list = useVirtualizer({
    count: timeline.count,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    getItemKey: timeline.keyAt,
    overscan: 8,
    paddingStart: 12,
    paddingEnd: 14,
    anchorTo: "end",
    followOnAppend: !hasAfter,
    scrollEndThreshold: NEAR_END_PX,
    rangeExtractor: ({ startIndex, endIndex, overscan, count }) => {
      const first = Math.max(0, startIndex - overscan);
      const last = Math.min(count - 1, endIndex + overscan);
      const shown = Array.from({ length: last - first + 1 }, (_, index) => first + index);
      if (keepIndex < 0 || keepIndex >= count || (keepIndex >= first && keepIndex <= last)) return shown;
      return keepIndex < first ? [keepIndex, ...shown] : [...shown, keepIndex];
    },
  });

  // Begins at the line above what is new, or else at the end.
  const begun = useRef(false);
  useLayoutEffect(() => {
    if (begun.current || timeline.count === 0) return;
    begun.current = true;
    if (timeline.newMarkIndex > 0) list.scrollToIndex(timeline.newMarkIndex, { align: "center" });
    else list.scrollToEnd();
  }, [list, timeline]);

  useLayoutEffect(
    () => () => {
      begun.current = false;
    },
    [],
  );

  const toEnd = useCallback(() => {
    if (!hasAfter) list.scrollToEnd();
  }, [list, hasAfter]);
  useStayAtEnd(box, NEAR_END_PX, toEnd);

  const older = useLoader(calls.loadOlder);
  const newer = useLoader(calls.loadNewer);
  const { range } = list;
  const nearStart = begun.current && range !== null && range.startIndex < LOAD_WITHIN;
  const nearEnd = begun.current && range !== null && range.endIndex > timeline.count - LOAD_WITHIN;
  // Each page changes `count`, so that the next one is asked for when the reader is still near the edge.
  const { count } = timeline;
  const { start: startOlder } = older;
  const { start: startNewer } = newer;
  useEffect(() => {
    if (nearStart && hasBefore && count > 0) startOlder();
  }, [nearStart, hasBefore, count, startOlder]);
  useEffect(() => {
    if (nearEnd && hasAfter && count > 0) startNewer();
  }, [nearEnd, hasAfter, count, startNewer]);

  const { letGo } = calls;
  const middle = range ? (range.startIndex + range.endIndex) >> 1 : 0;
  const nearSeq = count > MOST_HELD ? timeline.rowAt(Math.min(middle, count - 1)).message?.seq : undefined;
  useEffect(() => {
    if (nearSeq !== undefined) letGo(nearSeq);
  }, [nearSeq, letGo]);

  const atEnd = !hasAfter && (count === 0 || list.isAtEnd(NEAR_END_PX));
  return { list, older, newer, atEnd };
}

/** Runs one load at a time, and tells when it failed; after a failure only a press tries again. */
function useLoader(load: () => Promise<void>) {
  const [state, setState] = useState<"idle" | "busy" | "failed">("idle");
  const busy = useRef(false);
  const start = useCallback(() => {
    if (busy.current) return;
    busy.current = true;
    setState("busy");
    load()
      .then(
        () => setState("idle"),
        () => setState("failed"),
      )
      .finally(() => {
        busy.current = false;
      });
  }, [load]);
  return { state, start };
}
