// Which language is shown: the choice of this device, or else the first of the browser's that there is.

export const LANGUAGES = { en: "English", ar: "العربية" } as const;

export type Language = keyof typeof LANGUAGES;

const STORAGE_KEY = "pulse.language";

/** The choice of this device, or nothing: then the browser's languages count. */
export function chosenLanguage(): Language | undefined {
  return languageOf(localStorage.getItem(STORAGE_KEY) ?? "");
}

/** Keeps the choice on this device; the caller loads the page again. */
export function chooseLanguage(language: Language | undefined): void {
  if (language) localStorage.setItem(STORAGE_KEY, language);
  else localStorage.removeItem(STORAGE_KEY);
}

export function wantedLanguage(): Language {
  return chosenLanguage() ?? navigator.languages.map(languageOf).find(Boolean) ?? "en";
}

export function languageOf(tag: string): Language | undefined {
  const language = tag.toLowerCase().split("-")[0] ?? "";
  return language in LANGUAGES ? (language as Language) : undefined;
}
