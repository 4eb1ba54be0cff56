import { expect, it } from "vitest";
import type { PendingMessage } from "@/sdk/outbox";
import { OWN_ID, sampleMessage, sampleUser } from "@/testing/samples";
import { buildTimeline } from "./timeline";

const own = { ...sampleUser(), id: OWN_ID };
const build = (input: Partial<Parameters<typeof buildTimeline>[0]>) =>
  buildTimeline({ messages: [], pending: [], ownUserId: OWN_ID, readSeq: 99, ...input });

it("puts a separator before the first message of each day", () => {
  const messages = [sampleMessage(1), sampleMessage(2), sampleMessage(3, { created_at: "2026-02-02T09:00:00.000Z" })];
  expect(build({ messages }).map((entry) => entry.type)).toEqual(["day", "message", "message", "day", "message"]);
});

it("draws one line above what others said since the last visit", () => {
  const messages = [sampleMessage(1), sampleMessage(2, { sender: own }), sampleMessage(3), sampleMessage(4)];
  const types = build({ messages, readSeq: 1 }).map((entry) => entry.type);
  expect(types).toEqual(["day", "message", "message", "new", "message", "message"]);
});

it("groups what one person said within five minutes", () => {
  const messages = [1, 2, 3]
    .map((seq) => sampleMessage(seq))
    .concat(sampleMessage(20), sampleMessage(21, { sender: own }));
  const ends = build({ messages }).flatMap((entry) => (entry.type === "message" ? [[entry.first, entry.last]] : []));
  expect(ends).toEqual([
    [true, false],
    [false, false],
    [false, true],
    [true, true],
    [true, true],
  ]);
});

it("shows a message that is on its way once, under one key before and after it is stored", () => {
  const pending: PendingMessage = {
    clientId: "p1",
    conversationId: "c1",
    body: "hello",
    createdAt: "2026-01-31T09:31:00.000Z",
    status: "sending",
  };
  const stored = sampleMessage(1, { client_id: "p1", sender: own });
  const keysOf = (entries: ReturnType<typeof build>) =>
    entries.filter((entry) => entry.type === "message").map((entry) => entry.key);
  expect(keysOf(build({ pending: [pending] }))).toEqual(["p1"]);
  expect(keysOf(build({ messages: [stored], pending: [pending] }))).toEqual(["p1"]);
});
