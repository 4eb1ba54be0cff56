// Runs first, before the page is drawn and while the client is still on its way: the look that was chosen on this device,
// and requests for what the first screen is made of. plugins/ahead.ts puts it into the page; the client works without it.
import { showAppearance, storedAppearance } from "@/lib/appearance";
import { putTheme, storedTheme } from "@/lib/show-theme";
import { shownSession } from "@/sdk/account-list";
import { type Language, wantedLanguage } from "@/texts/language";

/** What the screens are made of beyond what every one needs. Numbers stand for files. */
export interface Ahead {
  screens: { who: "visitor" | "member" | "anybody"; at: string; parts: number[]; texts: number; asks: string[] }[];
  /** In groups, of which a screen needs the first so many. */
  texts: Record<Language, number[][]>;
  files: string[];
}

const { screens, texts, files } = __AHEAD__;

putTheme(storedTheme());
showAppearance(storedAppearance());

// The browser takes some 20 ms to make its first format of a time: now, while there is nothing else to do.
setTimeout(() => new Intl.DateTimeFormat(navigator.language, { timeStyle: "short" }));

const who = shownSession({ shared: localStorage, tab: sessionStorage }) ? "member" : "visitor";
const screen = screens.find(
  (one) => (one.who === who || one.who === "anybody") && new RegExp(one.at).test(window.location.pathname),
);
const words = texts[wantedLanguage()].slice(0, screen?.texts ?? 1).flat();
const links = document.createDocumentFragment();
for (const number of [...words, ...(screen?.parts ?? [])]) askFor(`/${files[number]}`);
for (const path of screen?.asks ?? []) askFor(path);
document.head.append(links);

function askFor(path: string): void {
  const link = document.createElement("link");
  const [, ending = ""] = /\.(\w+)$/.exec(path) ?? [];
  link.rel = ending === "js" ? "modulepreload" : "preload";
  if (link.rel === "preload") link.as = { css: "style", woff2: "font" }[ending] ?? "fetch";
  link.crossOrigin = "";
  link.href = path;
  links.append(link);
}
