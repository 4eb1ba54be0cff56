// Before every test file: matchers for the screen, what is fetched later, and a clean screen and storage after each test.
import "@testing-library/jest-dom/vitest";
import { cleanup } from "@testing-library/react";
import { afterEach, beforeAll } from "vitest";
import { fetchAll } from "@/lib/later";
import { loadMoreTexts, loadSettingsTexts } from "@/texts/texts";

// What people get in a quiet moment, or with the frame, is there from the start.
beforeAll(fetchAll);
beforeAll(loadMoreTexts);
beforeAll(loadSettingsTexts);

afterEach(() => {
  cleanup();
  localStorage.clear();
  sessionStorage.clear();
});

globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
globalThis.matchMedia ??= (query) => ({ matches: false, media: query }) as MediaQueryList;
Element.prototype.scrollTo ??= () => undefined;

// jsdom 26 has none; switches click with it.
const view = document.defaultView;
if (view && !("PointerEvent" in view)) Object.assign(view, { PointerEvent: class extends MouseEvent {} });
