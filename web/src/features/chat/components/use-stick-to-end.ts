// Where a list that grows at both ends stands: it stays at its end while the reader is there, and keeps what the reader
// looks at in place when older messages come in above.
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

const NEAR_PX = 90;

interface Options {
  /** Changes when something is added in front. */
  firstKey: string | undefined;
  /** Changes when something is added at the end. */
  lastKey: string | undefined;
  /** Whether what came last is the reader's own: then the list always goes to its end. */
  lastIsOwn: boolean;
}

export function useStickToEnd(box: RefObject<HTMLElement | null>, { firstKey, lastKey, lastIsOwn }: Options) {
  const [atEnd, setAtEnd] = useState(true);
  const stick = useRef(true);
  const before = useRef<{ firstKey?: string | undefined; lastKey?: string | undefined; fromEnd: number }>({
    fromEnd: 0,
  });

  const onScroll = useCallback(() => {
    const element = box.current;
    if (!element) return;
    const fromEnd = element.scrollHeight - element.scrollTop;
    before.current.fromEnd = fromEnd;
    stick.current = fromEnd - element.clientHeight < NEAR_PX;
    setAtEnd(stick.current);
  }, [box]);

  const toEnd = useCallback(
    (behavior: ScrollBehavior = "smooth") => box.current?.scrollTo({ top: box.current.scrollHeight, behavior }),
    [box],
  );

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const { firstKey: oldFirst, lastKey: oldLast, fromEnd } = before.current;
    const opened = oldLast === undefined;
    if (opened) {
      const mark = element.querySelector<HTMLElement>("[data-new-mark]");
      element.scrollTop = mark ? mark.offsetTop - element.clientHeight / 3 : element.scrollHeight;
    } else if (lastKey !== oldLast && (stick.current || lastIsOwn)) element.scrollTop = element.scrollHeight;
    else if (firstKey !== oldFirst) element.scrollTop = element.scrollHeight - fromEnd;
    before.current.firstKey = firstKey;
    before.current.lastKey = lastKey;
    onScroll();
  }, [box, firstKey, lastKey, lastIsOwn, onScroll]);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (stick.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, [box]);

  return { atEnd, onScroll, toEnd };
}
