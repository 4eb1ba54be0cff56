// The texts in the language that is shown. It is chosen before the first thing is drawn, and another one is chosen by
// loading the page again: so texts are plain values, in components and outside of them. Read them while drawing, never
// while a module is loaded.
import { en } from "./en";
import type { settings } from "./en/settings";
import type { MoreTexts } from "./en-more";
import { type Language, languageOf, wantedLanguage } from "./language";

type FirstTexts = typeof en;
export type Texts = FirstTexts & MoreTexts & { settings: typeof settings };

const RIGHT_TO_LEFT: readonly Language[] = ["ar"];

/** All texts. Those of screens behind the sign-in are there as soon as the screens are: see `loadMoreTexts`. */
export let texts = en as Texts;

/** What `Intl` formats with: the browser's own locale when it is of that language. */
export let locale = "en";

let language: Language = "en";

/** Loads the texts of the way in, which every screen needs, and tells the page its language and direction. */
export async function loadTexts(): Promise<void> {
  language = wantedLanguage();
  // Without its texts the page is in English rather than not at all.
  const first: FirstTexts = language === "ar" ? await import("./ar").then(({ ar }) => ar).catch(() => en) : en;
  texts = first as Texts;
  if (first === en) language = "en";
  locale = navigator.languages.find((tag) => languageOf(tag) === language) ?? language;
  document.documentElement.lang = locale;
  document.documentElement.dir = RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
}

/** The frame of the screens behind the sign-in waits for these. */
export const loadMoreTexts = once(async () =>
  language === "ar" ? (await import("./ar-more")).arMore : (await import("./en-more")).enMore,
);

/** The pages of the settings wait for these. */
export const loadSettingsTexts = once(async () => {
  const { settings } = language === "ar" ? await import("./ar/settings") : await import("./en/settings");
  return { settings };
});

/** Adds what it loads to the texts. What failed may be tried again. */
function once(load: () => Promise<Partial<Texts>>): () => Promise<void> {
  let loading: Promise<void> | undefined;
  return () => {
    loading ??= load().then(
      (loaded) => {
        texts = { ...texts, ...loaded };
      },
      (cause: unknown) => {
        loading = undefined;
        throw cause;
      },
    );
    return loading;
  };
}
