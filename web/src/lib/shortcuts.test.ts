import { expect, test } from "vitest";
import { ariaKeys, keysOf, SHORTCUTS, shortcutOf } from "./shortcuts";

/** What a key pressed in this element does. */
function press(key: string, init: KeyboardEventInit = {}, into: HTMLElement = document.body) {
  document.body.append(into === document.body ? "" : into);
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init });
  let found: string | undefined;
  const listen = (heard: KeyboardEvent) => {
    found = shortcutOf(heard);
  };
  window.addEventListener("keydown", listen);
  into.dispatchEvent(event);
  window.removeEventListener("keydown", listen);
  return found;
}

test("Ctrl and the Mac's command key open the palette, while somebody types too", () => {
  expect(press("k", { ctrlKey: true })).toBe("palette");
  expect(press("K", { metaKey: true }, document.createElement("textarea"))).toBe("palette");
});

test("plain characters belong to the field in which they are typed", () => {
  expect(press("?", { shiftKey: true })).toBe("help");
  expect(press("?", { shiftKey: true }, document.createElement("input"))).toBeUndefined();
  expect(press("/", {}, document.createElement("input"))).toBeUndefined();
});

test("Shift turns the direction of F6", () => {
  expect([press("F6"), press("F6", { shiftKey: true })]).toEqual(["nextPane", "previousPane"]);
});

test("a key with another meaning is left alone", () => {
  expect([press("k"), press("k", { ctrlKey: true, altKey: true }), press("Enter")]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("keys are named for eyes and for screen readers", () => {
  expect(keysOf(SHORTCUTS.palette)).toEqual(["Ctrl", "K"]);
  expect(keysOf(SHORTCUTS.previousChat)).toEqual(["Alt", "↑"]);
  expect(ariaKeys(SHORTCUTS.previousPane)).toBe("Shift+F6");
});
