import { expect, it } from "vitest";
import { sampleConversation } from "@/testing/samples";
import { mutedUntil, muteText } from "./mute";

const now = new Date("2026-01-31T09:30:00.000Z");
const muted = (until: string | null) => {
  const base = sampleConversation();
  return { my: base.my && { ...base.my, muted_until: until } };
};

it("counts from now, and for good is the year 9999", () => {
  expect(mutedUntil("hour", now)).toBe("2026-01-31T10:30:00.000Z");
  expect(mutedUntil("week", now)).toBe("2026-02-07T09:30:00.000Z");
  expect(mutedUntil("always", now)).toMatch(/^9999/);
});

it("is over when its time has come", () => {
  expect(muteText(muted("2026-01-31T09:29:59.000Z"), now)).toBe("On: every message tells you");
});

it("says what holds", () => {
  expect(muteText(muted(null), now)).toBe("On: every message tells you");
  expect(muteText(muted(mutedUntil("always", now)), now)).toBe("Muted until you turn them on");
  expect(muteText(muted("2026-01-31T10:30:00.000Z"), now)).toMatch(/^Muted until .*January/);
});
