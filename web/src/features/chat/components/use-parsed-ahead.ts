// Parses the texts that come into sight next while the browser has nothing else to do, so that no frame waits for them.
import type { Virtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { parseMessage } from "../model/markdown";
import type { Timeline } from "../model/timeline";

/** So many rows: more than a fast hand passes in a few frames, and fewer than trees are kept. */
const AHEAD = 60;
/** One text takes less. */
const LEAST_MS = 1;

export function useParsedAhead({ range, scrollDirection }: Virtualizer<HTMLDivElement, Element>, timeline: Timeline) {
  const seen = useRef({ range, scrollDirection, timeline });
  seen.current = { range, scrollDirection, timeline };
  const asked = useRef(false);
  const { startIndex, endIndex } = range ?? {};
  // biome-ignore lint/correctness/useExhaustiveDependencies: what lies ahead changes with what is in sight
  useEffect(() => {
    // Safari has no such moments; there each text is parsed when it is drawn.
    if (asked.current || typeof requestIdleCallback === "undefined") return;
    asked.current = true;
    requestIdleCallback((moment) => {
      asked.current = false;
      parse(moment, seen.current);
    });
  }, [startIndex, endIndex, timeline]);
}

type Seen = Pick<Virtualizer<HTMLDivElement, Element>, "range" | "scrollDirection"> & { timeline: Timeline };

function parse(moment: IdleDeadline, { range, scrollDirection, timeline }: Seen): void {
  if (!range) return;
  const [from, by] = scrollDirection === "forward" ? [range.endIndex, 1] : [range.startIndex, -1];
  for (let step = 1; step <= AHEAD && moment.timeRemaining() > LEAST_MS; step++) {
    const index = from + by * step;
    if (index < 0 || index >= timeline.count) return;
    parseMessage(timeline.rowAt(index).body);
  }
}
