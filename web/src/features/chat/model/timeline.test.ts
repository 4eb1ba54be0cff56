import { describe, expect, it } from "vitest";
import type { PendingMessage } from "@/sdk/outbox";
import { OWN_ID, sampleMessage, sampleUser } from "@/testing/samples";
import { makeTimeline } from "./timeline";

const own = { ...sampleUser(), id: OWN_ID };
const make = (input: Partial<Parameters<typeof makeTimeline>[0]>) =>
  makeTimeline({ messages: [], pending: [], ownUserId: OWN_ID, readSeq: 99, ...input });
const rowsOf = (input: Parameters<typeof make>[0]) => {
  const timeline = make(input);
  return Array.from({ length: timeline.count }, (_, index) => timeline.rowAt(index));
};
const pending: PendingMessage = {
  clientId: "p1",
  conversationId: "c1",
  body: "hello",
  createdAt: "2026-01-31T09:31:00.000Z",
  status: "sending",
};

it("starts a day above the first message of each", () => {
  const messages = [sampleMessage(1), sampleMessage(2), sampleMessage(3, { created_at: "2026-02-02T09:00:00.000Z" })];
  expect(rowsOf({ messages }).map((row) => row.newDay)).toEqual([true, false, true]);
});

it("draws one line above what others said since the last visit", () => {
  const messages = [sampleMessage(1), sampleMessage(2, { sender: own }), sampleMessage(3), sampleMessage(4)];
  expect(rowsOf({ messages, readSeq: 1 }).map((row) => row.newMark)).toEqual([false, false, true, false]);
  expect(make({ messages, readSeq: 4 }).newMarkIndex).toBe(-1);
});

describe("groups", () => {
  const endsOf = (messages: ReturnType<typeof sampleMessage>[]) =>
    rowsOf({ messages }).map((row) => `${row.first ? "[" : " "}${row.last ? "]" : " "}`);

  it("hold what one person said within five minutes", () => {
    const messages = [1, 2, 3].map((seq) => sampleMessage(seq));
    const later = [sampleMessage(20), sampleMessage(21, { sender: own })];
    expect(endsOf([...messages, ...later])).toEqual(["[ ", "  ", " ]", "[]", "[]"]);
  });

  it("end where another person speaks, and where something happens in the conversation", () => {
    const other = { ...sampleUser(), id: "somebody-else" };
    const system = sampleMessage(3, { kind: "system", sender: null });
    expect(endsOf([sampleMessage(1), sampleMessage(2, { sender: other }), system, sampleMessage(4)])).toEqual([
      "[]",
      "[]",
      "[]",
      "[]",
    ]);
  });
});

it("shows a message that is on its way once, under one key before and after it is stored", () => {
  const stored = sampleMessage(1, { client_id: "p1", sender: own });
  for (const timeline of [make({ pending: [pending] }), make({ messages: [stored], pending: [pending] })]) {
    expect(timeline.count).toBe(1);
    expect([timeline.keyAt(0), timeline.rowAt(0).key]).toEqual(["p1", "p1"]);
  }
});

it("finds messages by seq, also where some are missing", () => {
  const messages = [3, 4, 8, 9].map((seq) => sampleMessage(seq));
  const timeline = make({ messages });
  expect([3, 8, 9, 5, 1, 10].map((seq) => timeline.indexOf(seq))).toEqual([0, 2, 3, -1, -1, -1]);
});

it("draws a row only when it is known what comes before it", () => {
  const messages = [3, 4, 5].map((seq) => sampleMessage(seq));
  const timeline = make({ messages, hasBefore: true });
  expect([timeline.count, timeline.rowAt(0).message?.seq, timeline.rowAt(0).newDay]).toEqual([2, 4, false]);
  expect([timeline.rowAt(0).first, timeline.indexOf(5)]).toEqual([false, 1]);
  expect(make({ messages }).rowAt(0)).toMatchObject({ newDay: true, first: true });
});

it("costs as much with a hundred thousand messages as what is drawn of them", () => {
  const messages = Array.from({ length: 100_000 }, (_, index) => sampleMessage(index + 1));
  const begun = performance.now();
  for (let change = 0; change < 40; change++) {
    const timeline = make({ messages, readSeq: 100_000 });
    for (let index = 50_000; index < 50_040; index++) timeline.rowAt(index);
    timeline.indexOf(77_777);
  }
  // Building all rows for each of the 40 drawings would take far longer.
  expect(performance.now() - begun).toBeLessThan(4_000);
});

describe("rows", () => {
  const messages = [1, 2, 3].map((seq) => sampleMessage(seq));
  const last = () => rowsOf({ messages }).at(-1);

  it("stay the same while their message and what is beside it do", () => {
    const before = last();
    expect(rowsOf({ messages: [sampleMessage(0), ...messages] }).at(-1)).toBe(before);
  });

  it.each<[string, Partial<Parameters<typeof makeTimeline>[0]>]>([
    ["their message", { messages: messages.with(2, { ...sampleMessage(3), body: "changed" }) }],
    ["the one above", { messages: messages.with(1, sampleMessage(2, { id: "other", sender: own })) }],
    ["the one below", { messages: [...messages, sampleMessage(4)] }],
    ["the line of what is new", { messages, readSeq: 2 }],
    ["the reader", { messages, ownUserId: messages[0]?.sender?.id ?? "" }],
  ])("are made anew with %s", (_, input) => {
    const before = last();
    const after = rowsOf(input)[2];
    expect(after).not.toBe(before);
    expect(after).not.toEqual(before);
  });

  it("end their group above the line of what is new, and begin one below", () => {
    const endsOf = (readSeq: number) => rowsOf({ messages, readSeq }).map(({ first, last }) => [first, last]);
    const [alone, begins, between, ends] = [
      [true, true],
      [true, false],
      [false, false],
      [false, true],
    ];
    expect(endsOf(99)).toEqual([begins, between, ends]);
    expect(endsOf(2)).toEqual([begins, ends, alone]);
  });
});
