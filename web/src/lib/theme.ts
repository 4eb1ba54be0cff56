// Light, dark, or as the system says. The choice is kept on this device and followed by all its tabs; the account carries
// it to the other devices.
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const STORAGE_KEY = "pulse.theme";
const listeners = new Set<() => void>();

export function storedTheme(): Theme {
  return themeNamed(localStorage.getItem(STORAGE_KEY));
}

/** What is not a theme counts as "system". */
export function themeNamed(name: string | null): Theme {
  return name === "light" || name === "dark" ? name : "system";
}

export function applyTheme(theme: Theme): void {
  if (theme === "system") localStorage.removeItem(STORAGE_KEY);
  else localStorage.setItem(STORAGE_KEY, theme);
  showTheme(theme);
}

/** Puts it on the page without keeping it: at the start, and when another tab has changed it. */
export function showTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  // The bar of the browser takes the colour of the page, whatever the system prefers.
  for (const name of ["light", "dark"]) {
    const bar = document.querySelector<HTMLMetaElement>(`meta[name=theme-color][content="${BARS[name]}"]`);
    if (bar) bar.media = theme === "system" ? `(prefers-color-scheme: ${name})` : theme === name ? "all" : "not all";
  }
  for (const listener of listeners) listener();
}

/** As index.html has them. */
const BARS: Record<string, string> = { light: "#ffffff", dark: "#15161c" };

/** Follows the choice made in other tabs. */
export function followTheme(): void {
  window.addEventListener("storage", ({ key }) => {
    // Without a key everything was cleared.
    if (key === STORAGE_KEY || key === null) showTheme(storedTheme());
  });
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, storedTheme);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
