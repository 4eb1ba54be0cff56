import { expect, test } from "vitest";
import { applyAppearance, storedAppearance } from "./appearance";

test("what was chosen is kept and stands on the page", () => {
  applyAppearance({ textSize: "large", density: "compact", reducedMotion: true });
  expect(document.documentElement.dataset).toMatchObject({ textSize: "large", density: "compact", motion: "reduced" });
  expect(storedAppearance()).toEqual({ textSize: "large", density: "compact", reducedMotion: true });
});

test.each(["not json", '{"textSize":"gigantic","density":4}', "null"])("of %s only what is known counts", (stored) => {
  localStorage.setItem("pulse.appearance", stored);
  expect(storedAppearance()).toEqual({ textSize: "normal", density: "comfortable", reducedMotion: false });
});
