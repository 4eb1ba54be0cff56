import { expect, it } from "vitest";
import { FILTERS, inboxFilter } from "./filter";

it("every filter asks for what it is called", () => {
  expect(FILTERS.map(inboxFilter)).toEqual([
    {},
    { unread: true },
    { kind: "direct" },
    { kind: "group" },
    { kind: "room" },
  ]);
});
