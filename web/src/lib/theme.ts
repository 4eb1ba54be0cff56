// Light, dark, or as the system says. The choice is kept on this device and followed by all its tabs; the account carries
// it to the other devices.
import { useSyncExternalStore } from "react";
import { putTheme, storedTheme, THEME_KEY, type Theme } from "./show-theme";

const listeners = new Set<() => void>();

export function applyTheme(theme: Theme): void {
  if (theme === "system") localStorage.removeItem(THEME_KEY);
  else localStorage.setItem(THEME_KEY, theme);
  showTheme(theme);
}

/** Puts it on the page without keeping it: at the start, and when another tab has changed it. */
export function showTheme(theme: Theme): void {
  putTheme(theme);
  for (const listener of listeners) listener();
}

/** Follows the choice made in other tabs. */
export function followTheme(): void {
  window.addEventListener("storage", ({ key }) => {
    // Without a key everything was cleared.
    if (key === THEME_KEY || key === null) showTheme(storedTheme());
  });
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, storedTheme);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
