// Which theme was chosen on this device, and putting one on the page: apart from React, for the script that runs first.

export type Theme = "system" | "light" | "dark";

export const THEME_KEY = "pulse.theme";

export function storedTheme(): Theme {
  return themeNamed(localStorage.getItem(THEME_KEY));
}

/** What is not a theme counts as "system". */
export function themeNamed(name: string | null): Theme {
  return name === "light" || name === "dark" ? name : "system";
}

/** Puts it on the page without keeping it. */
export function putTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  // The bar of the browser takes the colour of the page, whatever the system prefers.
  for (const name of ["light", "dark"]) {
    const bar = document.querySelector<HTMLMetaElement>(`meta[name=theme-color][content="${BARS[name]}"]`);
    if (bar) bar.media = theme === "system" ? `(prefers-color-scheme: ${name})` : theme === name ? "all" : "not all";
  }
}

/** As index.html has them. */
const BARS: Record<string, string> = { light: "#ffffff", dark: "#15161c" };
