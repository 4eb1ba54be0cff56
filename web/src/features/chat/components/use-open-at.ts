// Opens a conversation at one of its messages: once for each that is asked for.
import { useEffect, useRef } from "react";

export function useOpenAt(seq: number | undefined, jumpTo: (seq: number) => void): void {
  const shown = useRef<number>(undefined);
  useEffect(() => {
    if (seq === undefined || shown.current === seq) return;
    shown.current = seq;
    jumpTo(seq);
  }, [seq, jumpTo]);
}
