// Whether two panes stand side by side; the styles say the same with `max-width: 760px`.
import { useSyncExternalStore } from "react";

const WIDE = "(min-width: 761px)";

export function useWide(): boolean {
  return useSyncExternalStore(subscribe, () => window.matchMedia(WIDE).matches);
}

function subscribe(listener: () => void): () => void {
  const query = window.matchMedia(WIDE);
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}
