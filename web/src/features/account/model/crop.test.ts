import { expect, test } from "vitest";
import { middleOf, sideOf, withinPicture } from "./crop";

const WIDE = { width: 800, height: 400 };

test("at first the middle of the picture is shown, its shorter side whole", () => {
  expect(middleOf(WIDE)).toEqual({ x: 400, y: 200, zoom: 1 });
  expect(sideOf(WIDE, 1)).toBe(400);
});

test("the part never leaves the picture", () => {
  expect(withinPicture(WIDE, { x: -50, y: 900, zoom: 1 })).toEqual({ x: 200, y: 200, zoom: 1 });
  expect(withinPicture(WIDE, { x: 790, y: 0, zoom: 2 })).toEqual({ x: 700, y: 100, zoom: 2 });
});

test("zoom stays within its bounds", () => {
  expect(withinPicture(WIDE, { x: 400, y: 200, zoom: 0.2 }).zoom).toBe(1);
  expect(withinPicture(WIDE, { x: 400, y: 200, zoom: 99 }).zoom).toBe(4);
});
