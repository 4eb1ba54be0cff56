import { beforeEach, expect, it } from "vitest";
import { AskedTimes } from "./asked-times";

let now: number;
beforeEach(() => {
  localStorage.clear();
  now = Date.parse("2026-01-31T09:30:00Z");
});

const open = () =>
  new AskedTimes(
    localStorage,
    () => now,
    () => 0.5,
  );

it("tabs know of each other when an account was asked", () => {
  open().answered("s1", now);
  now += 20_000;
  expect(open().waitMs("s1", 60_000)).toBe(40_000);
  expect(open().waitMs("s2", 60_000)).toBe(0);
  expect([open().isSince("s1", now - 20_000), open().isSince("s1", now)]).toEqual([true, false]);
});

it("a clock that was set back does not silence an account", () => {
  open().answered("s1", now);
  now -= 3_600_000;
  expect(open().waitMs("s1", 60_000)).toBe(0);
});

it("waits longer after each failure, and begins anew with an answer", () => {
  const waits = [1, 2, 3].map(() => {
    open().failed("s1");
    return open().waitMs("s1", 0);
  });
  expect([...waits].sort((a, b) => a - b)).toEqual(waits);
  expect(new Set(waits).size).toBe(3);
  open().answered("s1", now);
  expect(open().waitMs("s1", 0)).toBeLessThan(waits[0] ?? 0);
});

it("forgets those who are gone, and what makes no sense", () => {
  open().answered("s1", now);
  open().answered("s2", now);
  open().keep(["s2"]);
  expect([open().waitMs("s1", 60_000), open().waitMs("s2", 60_000)]).toEqual([0, 60_000]);
  localStorage.setItem("pulse.asked", "no JSON");
  expect(open().waitMs("s2", 60_000)).toBe(0);
});
