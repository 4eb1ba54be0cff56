import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ar } from "./ar";
import { settings as arSettings } from "./ar/settings";
import { arMore } from "./ar-more";
import { en } from "./en";
import { settings as enSettings } from "./en/settings";
import { enMore } from "./en-more";
import { chooseLanguage } from "./language";
import { plural } from "./plural";

beforeEach(() => vi.resetModules());
afterEach(() => localStorage.clear());

async function load(languages: readonly string[]) {
  vi.spyOn(navigator, "languages", "get").mockReturnValue(languages);
  const module = await import("./texts");
  await module.loadTexts();
  return module;
}

test("the browser's first language that we have is shown, with its own formats", async () => {
  const { texts, locale } = await load(["de-DE", "ar-EG", "en-US"]);
  expect(texts.common.cancel).toBe(ar.common.cancel);
  expect([locale, document.documentElement.dir]).toEqual(["ar-EG", "rtl"]);
});

test("what was chosen on this device counts more", async () => {
  chooseLanguage("en");
  const { texts, locale } = await load(["ar"]);
  expect(texts.common.cancel).toBe(en.common.cancel);
  expect([locale, document.documentElement.dir, document.documentElement.lang]).toEqual(["en", "ltr", "en"]);
});

test("what only people who are signed in read comes in a second part, of the same language", async () => {
  const module = await load(["ar"]);
  expect(module.texts.inbox).toBeUndefined();
  await module.loadMoreTexts();
  expect([module.texts.inbox.empty, module.texts.common.cancel]).toEqual([arMore.inbox.empty, ar.common.cancel]);
});

test("nothing that we know is English", async () => {
  expect((await load(["tlh"])).locale).toBe("en");
});

test("counted things follow the rules of their language", () => {
  expect([1, 2].map((count) => en.common.minutes(count))).toEqual(["1 minute", "2 minutes"]);
  expect(ar.common.minutes(2)).toBe("دقيقتان");
  expect(plural("en", 1_234, { other: "#" })).toBe("1,234");
});

/** Paths of all texts, functions with the number of what they take. */
function shape(value: unknown, path = ""): string[] {
  if (typeof value === "function") return [`${path}(${value.length})`];
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([name, inner]) => shape(inner, `${path}.${name}`));
}

test("every language has every text", () => {
  expect(shape({ ...ar, ...arMore })).toEqual(shape({ ...en, ...enMore }));
  expect(shape(arSettings)).toEqual(shape(enSettings));
});
