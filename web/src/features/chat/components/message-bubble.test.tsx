import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import type { PendingMessage } from "@/sdk/outbox";
import { OWN_ID, sampleMessage, sampleUser } from "@/testing/samples";
import { MessageBubble } from "./message-bubble";
import { isEmojiOnly } from "./message-text";
import { buildTimeline, type MessageEntry } from "./timeline";

const pending = (change: Partial<PendingMessage>): PendingMessage => ({
  clientId: "p1",
  conversationId: "c1",
  body: "on its way",
  createdAt: "2026-01-31T10:00:00.000Z",
  status: "sending",
  ...change,
});

function show(messages: Parameters<typeof buildTimeline>[0]["messages"], waiting: PendingMessage[] = []) {
  const onRetry = vi.fn();
  const onDiscard = vi.fn();
  const entries = buildTimeline({ messages, pending: waiting, ownUserId: OWN_ID, readSeq: 99 });
  const bubbles = entries.filter((entry): entry is MessageEntry => entry.type === "message");
  for (const entry of bubbles)
    render(<MessageBubble entry={entry} peerName="Ben" onRetry={onRetry} onDiscard={onDiscard} />);
  return { onRetry, onDiscard };
}

it("says who wrote what, and makes links of addresses only", () => {
  show([sampleMessage(1, { body: "see https://example.com/a?b=1, <b>now</b>" })]);
  expect(screen.getByRole("article", { name: /^Ben, / })).toHaveTextContent("<b>now</b>");
  expect(screen.getByRole("link")).toHaveAttribute("href", "https://example.com/a?b=1");
});

it("shows how far an own message has come", () => {
  show([sampleMessage(1, { sender: { ...sampleUser(), id: OWN_ID } })], [pending({})]);
  expect(screen.getByRole("img", { name: "Sent" })).toBeInTheDocument();
  expect(screen.getByRole("img", { name: "Sending" })).toBeInTheDocument();
});

it("offers to repeat or delete what failed, and says why", async () => {
  const { onRetry, onDiscard } = show([], [pending({ status: "failed", errorCode: "not_connected" })]);
  expect(screen.getByRole("alert")).toHaveTextContent("once both of you follow each other");
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await userEvent.click(screen.getByRole("button", { name: "Delete" }));
  expect([onRetry.mock.calls, onDiscard.mock.calls]).toEqual([[["p1"]], [["p1"]]]);
});

it("knows a message that is nothing but a few emoji", () => {
  expect(["🎉", "👍🏽", "👩‍👩‍👧 ❤️", "🇸🇪"].map(isEmojiOnly)).toEqual([true, true, true, true]);
  expect(["ok 👍", "1", "#", "🎉🎉🎉🎉", "* *"].map(isEmojiOnly)).toEqual([false, false, false, false, false]);
});
