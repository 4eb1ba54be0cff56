import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { PendingMessage } from "@/sdk/outbox";
import { renderClient } from "@/testing/render";
import { OWN_ID, sampleMessage, sampleUser } from "@/testing/samples";
import { makeTimeline } from "../model/timeline";
import { ActionsContext, type ChatActions, type ChatScene, SceneContext } from "./chat-scene";
import { MessageBubble } from "./message-bubble";

// The router goes to the top of a new page, which jsdom can't.
vi.spyOn(window, "scrollTo").mockReturnValue();

const pending = (change: Partial<PendingMessage>): PendingMessage => ({
  clientId: "p1",
  conversationId: "c1",
  body: "on its way",
  createdAt: "2026-01-31T10:00:00.000Z",
  status: "sending",
  ...change,
});

async function show(
  messages: Parameters<typeof makeTimeline>[0]["messages"],
  waiting: PendingMessage[] = [],
  change: Partial<ChatScene> = {},
) {
  const names = ["reply", "edit", "toggleReaction", "copy", "jumpTo", "retry", "discard", "open"] as const;
  const actions = Object.fromEntries(names.map((name) => [name, vi.fn()])) as unknown as ChatActions;
  const ben = sampleUser();
  const scene: ChatScene = {
    ownUserId: OWN_ID,
    kind: "direct",
    others: [],
    writable: true,
    canModerate: false,
    personOf: (id) => (id === ben.id ? ben : undefined),
    personNamed: (name) => (name === ben.username ? ben : undefined),
    ...change,
  };
  const timeline = makeTimeline({ messages, pending: waiting, ownUserId: OWN_ID, readSeq: 99 });
  const component = () => (
    <SceneContext value={scene}>
      <ActionsContext value={actions}>
        {Array.from({ length: timeline.count }, (_, index) => (
          <MessageBubble key={timeline.keyAt(index)} row={timeline.rowAt(index)} active={false} />
        ))}
      </ActionsContext>
    </SceneContext>
  );
  const router = createRouter({ routeTree: createRootRoute({ component }), history: createMemoryHistory() });
  const { user } = renderClient(<RouterProvider router={router as never} />);
  await screen.findAllByRole("article");
  return { user, actions };
}

const own = { ...sampleUser(), id: OWN_ID };

it("says who wrote what, and makes links of addresses only", async () => {
  await show([sampleMessage(1, { body: "see https://example.com/a?b=1, <b>now</b>" })]);
  expect(screen.getByRole("article", { name: /^Ben, / })).toHaveTextContent("<b>now</b>");
  expect(screen.getByRole("link")).toHaveAttribute("href", "https://example.com/a?b=1");
});

it("draws the Markdown subset, and no address that is not safe to follow", async () => {
  await show([sampleMessage(1, { body: "**bold** `code` [click](javascript:alert(1)) <javascript:alert(2)>" })]);
  expect(screen.getByText("bold").tagName).toBe("STRONG");
  expect(screen.getByText("code").tagName).toBe("CODE");
  expect(screen.queryByRole("link")).not.toBeInTheDocument();
});

it("leads from a mention to the person", async () => {
  await show([sampleMessage(1, { body: "ask @ben, not @nobody" })]);
  expect(screen.getByRole("link")).toHaveTextContent("@ben");
});

it("shows how far an own message has come", async () => {
  const others = [{ user_id: "b", delivered_seq: 2, read_seq: 1 }];
  const messages = [1, 2, 3].map((seq) => sampleMessage(seq, { sender: own }));
  await show(messages, [pending({})], { others });
  expect(screen.getAllByRole("img").map((image) => image.getAttribute("aria-label"))).toEqual([
    "Read",
    "Delivered",
    "Sent",
    "Sending",
  ]);
});

it("offers to repeat or delete what failed, and says why", async () => {
  const { user, actions } = await show([], [pending({ status: "failed", errorCode: "not_connected" })]);
  expect(screen.getByRole("alert")).toHaveTextContent("once both of you follow each other");
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await user.click(screen.getByRole("button", { name: "Delete" }));
  expect(actions.retry).toHaveBeenCalledWith("p1");
  expect(actions.discard).toHaveBeenCalledWith("p1");
});

it("jumps to the original of a reply, and toggles reactions", async () => {
  const reply_to = { id: "m1", seq: 1, sender_id: OWN_ID, excerpt: "the question" };
  const message = sampleMessage(2, { reply_to, reactions: [{ emoji: "👍", count: 2, me: true }] });
  const { user, actions } = await show([message]);
  await user.click(screen.getByRole("button", { name: "Show the message by You" }));
  expect(actions.jumpTo).toHaveBeenCalledWith(1);
  const reaction = screen.getByRole("button", { name: "👍 by 2 people" });
  expect(reaction).toHaveAttribute("aria-pressed", "true");
  await user.click(reaction);
  expect(actions.toggleReaction).toHaveBeenCalledWith(message, "👍");
});

it("says nothing of what was deleted", async () => {
  await show([sampleMessage(1, { body: "", deleted_at: "2026-01-31T10:00:00.000Z" })]);
  expect(screen.getByRole("article")).toHaveTextContent("This message was deleted");
});
