import { beforeEach, expect, test } from "vitest";
import { storedTheme } from "./show-theme";
import { applyTheme, followTheme } from "./theme";

const shown = () => document.documentElement.dataset.theme;

beforeEach(() => {
  document.head.innerHTML = `<meta name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff" />
    <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#15161c" />`;
  applyTheme("system");
});

test("what was chosen is kept, stands on the page, and colours the bar of the browser", () => {
  applyTheme("dark");
  expect([storedTheme(), shown()]).toEqual(["dark", "dark"]);
  const medias = [...document.querySelectorAll("meta")].map((bar) => bar.media);
  expect(medias).toEqual(["not all", "all"]);
  applyTheme("system");
  expect([storedTheme(), shown()]).toEqual(["system", undefined]);
  expect(document.querySelector("meta")?.media).toBe("(prefers-color-scheme: light)");
});

test("a choice made in another tab shows here", () => {
  followTheme();
  localStorage.setItem("pulse.theme", "light");
  window.dispatchEvent(new StorageEvent("storage", { key: "pulse.theme" }));
  expect(shown()).toBe("light");
  localStorage.setItem("pulse.theme", "purple");
  window.dispatchEvent(new StorageEvent("storage", { key: "pulse.theme" }));
  expect(shown()).toBeUndefined();
});
