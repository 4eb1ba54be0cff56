// The language that is shown. It is chosen before the first thing is drawn, and another one is chosen by loading the
// page again: so texts are plain values, in components and outside of them. Read them while drawing, never while a
// module is loaded.
import { en, type Texts } from "./en";

export const LANGUAGES = { en: "English", ar: "العربية" } as const;

export type Language = keyof typeof LANGUAGES;

const STORAGE_KEY = "pulse.language";
const RIGHT_TO_LEFT: readonly Language[] = ["ar"];

/** All texts, in the language that is shown. */
export let texts: Texts = en;

/** What `Intl` formats with: the browser's own locale when it is of that language. */
export let locale = "en";

/** The choice of this device, or nothing: then the browser's languages count. */
export function chosenLanguage(): Language | undefined {
  return known(localStorage.getItem(STORAGE_KEY) ?? "");
}

/** Keeps the choice on this device; the caller loads the page again. */
export function chooseLanguage(language: Language | undefined): void {
  if (language) localStorage.setItem(STORAGE_KEY, language);
  else localStorage.removeItem(STORAGE_KEY);
}

/** Loads the texts, and tells the page its language and direction. */
export async function loadTexts(): Promise<void> {
  const wanted = navigator.languages.map((tag) => known(tag)).find(Boolean);
  let language = chosenLanguage() ?? wanted ?? "en";
  // Without its texts the page is in English rather than not at all.
  if (language === "ar") texts = await import("./ar").then(({ ar }) => ar).catch(() => en);
  if (texts === en) language = "en";
  locale = navigator.languages.find((tag) => known(tag) === language) ?? language;
  document.documentElement.lang = locale;
  document.documentElement.dir = RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
}

function known(tag: string): Language | undefined {
  const language = tag.toLowerCase().split("-")[0] ?? "";
  return language in LANGUAGES ? (language as Language) : undefined;
}
