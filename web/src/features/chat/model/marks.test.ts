import { expect, it, vi } from "vitest";
import { markOf, type Selected, toggleMark } from "./marks";

/** `[` and `]` stand at the ends of what is selected. */
function selected(text: string): Selected {
  const start = text.indexOf("[");
  return { text: text.replace(/[[\]]/g, ""), start, end: text.indexOf("]") - 1 };
}
const shown = ({ text, start, end }: Selected) =>
  `${text.slice(0, start)}[${text.slice(start, end)}]${text.slice(end)}`;

it("puts a mark around the words that are selected, and takes it away again", () => {
  const marked = toggleMark(selected("so [very] good"), "**");
  expect(shown(marked)).toBe("so **[very]** good");
  expect(shown(toggleMark(marked, "**"))).toBe("so [very] good");
});

it("leaves white space outside: Markdown knows no mark before it", () => {
  expect(shown(toggleMark(selected("so[ very ]good"), "_"))).toBe("so _[very]_ good");
});

it("waits for words where nothing is selected", () => {
  expect(shown(toggleMark(selected("so []"), "`"))).toBe("so `[]`");
  expect(shown(toggleMark(selected("so `[]`"), "`"))).toBe("so []");
});

it("takes no mark away that stands on one side only", () => {
  expect(shown(toggleMark(selected("so [a]** b"), "**"))).toBe("so **[a]**** b");
});

it("begins where white space alone is selected", () => {
  expect(shown(toggleMark(selected("so[ ]good"), "_"))).toBe("so_[]_ good");
});

it("puts marks into one another", () => {
  expect(shown(toggleMark(toggleMark(selected("[a]"), "**"), "_"))).toBe("**_[a]_**");
});

it("knows its keys from others", () => {
  const press = (key: string, init: KeyboardEventInit) => markOf(new KeyboardEvent("keydown", { key, ...init }));
  expect(press("b", { ctrlKey: true })).toBe("**");
  expect(press("I", { metaKey: true })).toBe("_");
  expect(press("X", { ctrlKey: true, shiftKey: true })).toBe("~~");
  for (const init of [{}, { ctrlKey: true, altKey: true }, { ctrlKey: true, shiftKey: true }])
    expect(press("b", init)).toBeUndefined();
  expect(press("x", { ctrlKey: true })).toBeUndefined();
});

it("leaves Ctrl to the cursor on a Mac", async () => {
  vi.spyOn(navigator, "platform", "get").mockReturnValue("MacIntel");
  vi.resetModules();
  const mac = await import("./marks");
  const press = (init: KeyboardEventInit) => mac.markOf(new KeyboardEvent("keydown", { key: "e", ...init }));
  expect([press({ ctrlKey: true }), press({ metaKey: true })]).toEqual([undefined, "`"]);
});
