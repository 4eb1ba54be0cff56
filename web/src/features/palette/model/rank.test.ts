import { expect, test } from "vitest";
import { fitOf, ranked } from "./rank";

test("the beginning of a name counts most, then that of a word, then anything", () => {
  const names = ["Sign out", "Design group", "New sign", "Si gn"].map((label) => ({ label }));
  expect(ranked(names, "sign").map(({ label }) => label)).toEqual(["Sign out", "New sign", "Design group", "Si gn"]);
});

test("marks and case don't matter", () => {
  expect(fitOf("Tomás Ferreira", "tomas")).toBe(4);
  expect(fitOf("أحمد", "احمد")).toBe(4);
});

test("what does not fit is left out; nothing typed leaves all in their order", () => {
  const entries = [{ label: "Ben", detail: "@okafor" }, { label: "Ada" }];
  expect(ranked(entries, "zz")).toEqual([]);
  expect(ranked(entries, "okaf")).toEqual([entries[0]]);
  expect(ranked(entries, "")).toEqual(entries);
});
