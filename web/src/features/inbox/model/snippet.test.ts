import { expect, it } from "vitest";
import { snippetOf } from "./snippet";

const drawn = (body: string, ...marks: [number, number][]) =>
  snippetOf(
    body,
    marks.map(([start, end]) => ({ start, end })),
  )
    .map(({ text, marked }) => (marked ? `[${text}]` : text))
    .join("");

it("marks what was found", () => {
  expect(drawn("see you at the harbour", [15, 22])).toBe("see you at the [harbour]");
  expect(drawn("one two one", [8, 11], [0, 3])).toBe("[one] two [one]");
});

it("counts as strings do, so that emoji shift nothing", () => {
  expect(drawn("😀 hi", [3, 5])).toBe("😀 [hi]");
});

it("begins near the first match of a long message, at a word", () => {
  const body = `${"word ".repeat(40)}needle${" more".repeat(60)}`;
  const text = drawn(body, [200, 206]);
  expect(text).toMatch(/^…word .*\[needle\] more.*…$/);
  expect(text.length).toBeLessThan(160);
});
