// When the list gets lower or higher, because the composer grows or the keyboard of a phone comes, who was at its end
// stays there.
import { type RefObject, useEffect } from "react";

export function useStayAtEnd(box: RefObject<HTMLElement | null>, nearPx: number, toEnd: () => void): void {
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let height = element.clientHeight;
    const observer = new ResizeObserver(() => {
      const wasFromEnd = element.scrollHeight - element.scrollTop - height;
      const changed = element.clientHeight !== height;
      height = element.clientHeight;
      if (changed && wasFromEnd <= nearPx) toEnd();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, nearPx, toEnd]);
}
