// Whether the person is looking: the page is visible and its window has the focus.
import { useSyncExternalStore } from "react";

export function useAttention(): boolean {
  return useSyncExternalStore(subscribe, () => document.visibilityState === "visible" && document.hasFocus());
}

function subscribe(listener: () => void): () => void {
  const events = ["focus", "blur", "pageshow"] as const;
  for (const name of events) window.addEventListener(name, listener);
  document.addEventListener("visibilitychange", listener);
  return () => {
    for (const name of events) window.removeEventListener(name, listener);
    document.removeEventListener("visibilitychange", listener);
  };
}
