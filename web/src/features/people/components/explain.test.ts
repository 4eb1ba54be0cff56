import { expect, it } from "vitest";
import type { Presence } from "@/sdk/types";
import { bothWays, noRelationship, sampleUser } from "@/testing/samples";
import { explain, presenceLine } from "./explain";

it.each([
  [bothWays, /follow each other/],
  [{ ...noRelationship, followed_by: "requested" as const }, /asks to follow you/],
  [{ ...noRelationship, following: "requested" as const }, /request is on its way/],
  [{ ...noRelationship, following: "accepted" as const }, /once Ben follows you back/],
  [{ ...noRelationship, followed_by: "accepted" as const }, /Follow back to chat/],
  [{ ...noRelationship, blocking: true }, /You blocked Ben/],
  [noRelationship, /once you and Ben follow one another/],
])("says what stands between two people", (relationship, text) => {
  expect(explain(sampleUser(relationship))).toMatch(text);
});

it("says who is there, and since when somebody is not", () => {
  const now = new Date("2026-01-31T09:30:00.000Z");
  const of = (status: string, last_seen_at: string | null = null) =>
    presenceLine({ user_id: "u", status, last_seen_at } as Presence, now);
  expect(of("online")).toBe("Online");
  expect(of("offline", "2026-01-31T09:25:00.000Z")).toBe("Last seen 5 minutes ago");
  expect(of("offline")).toBe("Offline");
  expect(of("unknown")).toBeUndefined();
});
