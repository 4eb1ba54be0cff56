// The virtual list of the history: it stays at its end while the reader is there, keeps its place when older messages
// come in above, loads more on both sides, and goes where it is sent.
import { useVirtualizer, type VirtualItem, type Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { MOST_HELD } from "@/lib/live/history";
import { RowHeights } from "../model/row-heights";
import type { Timeline } from "../model/timeline";
import { useStayAtEnd } from "./use-stay-at-end";

const NEAR_END_PX = 80;
/**
 * Rows come and go so many at a time: each time what is in sight is laid out and painted anew. Where each frame passes
 * more of them they come singly, or some frames would have twice as many to draw as others.
 */
const BLOCK = 8;
/** This many rows from an edge, what lies beyond is loaded: about five screens, so that few ever see the edge. */
const LOAD_WITHIN = 60;
/** Whoever has come through what was loaded this soon reads on just as fast: more is loaded at once, and earlier. */
const SOON_MS = 1_500;
const MOST_PAGES = 4;

interface Options {
  box: RefObject<HTMLDivElement | null>;
  timeline: Timeline;
  hasBefore: boolean;
  hasAfter: boolean;
  /** Kept in the page although it is out of sight: the message that has the focus. */
  keepIndex: number;
  loadOlder: (pages: number) => Promise<void>;
  loadNewer: (pages: number) => Promise<void>;
  /** Lets go of messages far from this one when there are too many. */
  letGo: (nearSeq: number) => void;
}

export function useTimelineList({ box, timeline, hasBefore, hasAfter, keepIndex, ...calls }: Options) {
  const [heights] = useState(() => new RowHeights());
  const pace = useRef({ fromEnd: 0, step: BLOCK });
  const list = useVirtualizer<HTMLDivElement, Element>({
    count: timeline.count,
    getScrollElement: () => box.current,
    estimateSize: (index) => heights.guess(timeline.rowAt(index)),
    measureElement: (element, entry, instance) => {
      const index = instance.indexFromElement(element);
      const known = entry ? undefined : instance.itemSizeCache.get(timeline.keyAt(index));
      // Not rounded, for rows follow one another: what each of them loses would add up.
      const px = entry?.borderBoxSize[0]?.blockSize ?? known ?? element.getBoundingClientRect().height;
      if (px > 0 && index < timeline.count) heights.learn(timeline.rowAt(index), px);
      return px;
    },
    getItemKey: timeline.keyAt,
    overscan: 6,
    paddingStart: 12,
    paddingEnd: 14,
    anchorTo: "end",
    followOnAppend: !hasAfter,
    scrollEndThreshold: NEAR_END_PX,
    rangeExtractor: ({ startIndex, endIndex, overscan, count }) => {
      // Counted from the end, so that the blocks stay the same when older messages come.
      const fromEnd = count - startIndex;
      const passed = Math.abs(fromEnd - pace.current.fromEnd);
      if (passed > 0) pace.current = { fromEnd, step: passed < BLOCK ? BLOCK : 1 };
      const { step } = pace.current;
      const first = Math.max(0, count - step * Math.ceil((fromEnd + overscan) / step));
      const last = Math.min(count, count - step * Math.floor((count - 1 - endIndex - overscan) / step)) - 1;
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
  const nearStart = begun.current && range !== null && range.startIndex < LOAD_WITHIN * older.pages;
  const nearEnd = begun.current && range !== null && range.endIndex > timeline.count - LOAD_WITHIN * newer.pages;
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
  useEffect(() => forgetSizes(list, timeline), [list, timeline]);

  const atEnd = !hasAfter && (count === 0 || list.isAtEnd(NEAR_END_PX));
  const drawn = list.getVirtualItems();
  return { list, drawn, ...placeOf(drawn), older, newer, atEnd };
}

/** Where the rows that follow one another begin, in pixels, and the index of the one that lies apart from them. */
function placeOf(drawn: readonly VirtualItem[]): { begin: number; apart: number } {
  const [first, second] = drawn;
  const [beforeLast, last] = drawn.slice(-2);
  if (!first || !second || !beforeLast || !last) return { begin: first?.start ?? 0, apart: -1 };
  if (second.index > first.index + 1) return { begin: second.start, apart: first.index };
  return { begin: first.start, apart: last.index > beforeLast.index + 1 ? last.index : -1 };
}

/** The list keeps the height of every row that it has ever drawn: those of messages that were let go are not needed. */
function forgetSizes(list: Virtualizer<HTMLDivElement, Element>, timeline: Timeline): void {
  const sizes = list.itemSizeCache;
  if (sizes.size <= 2 * MOST_HELD) return;
  const held = new Set(Array.from({ length: timeline.count }, (_, index) => timeline.keyAt(index)));
  for (const key of sizes.keys()) if (!held.has(String(key))) sizes.delete(key);
}

/** Runs one load at a time, of more pages the faster they are read, and tells when it failed; then only a press tries again. */
function useLoader(load: (pages: number) => Promise<void>) {
  const [state, setState] = useState<"idle" | "busy" | "failed">("idle");
  const [pages, setPages] = useState(1);
  const run = useRef({ busy: false, begunAt: Number.NEGATIVE_INFINITY, pages: 1 });
  const start = useCallback(() => {
    const { busy, begunAt, pages: before } = run.current;
    if (busy) return;
    const now = performance.now();
    const next = now - begunAt < SOON_MS ? Math.min(2 * before, MOST_PAGES) : 1;
    run.current = { busy: true, begunAt: now, pages: next };
    setPages(next);
    setState("busy");
    load(next)
      .then(
        () => setState("idle"),
        () => setState("failed"),
      )
      .finally(() => {
        run.current.busy = false;
      });
  }, [load]);
  return { state, pages, start };
}
