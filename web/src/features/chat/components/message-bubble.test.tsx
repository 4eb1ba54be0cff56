import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { fireEvent, screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, it, vi } from "vitest";
import type { PendingMessage } from "@/sdk/outbox";
import type { Attachment } from "@/sdk/types";
import { renderClient } from "@/testing/render";
import { OWN_ID, PEER_ID, sampleMessage, sampleUser } from "@/testing/samples";
import { server, startTestServer } from "@/testing/server";
import { makeTimeline } from "../model/timeline";
import { ActionsContext, type ChatActions, type ChatScene, SceneContext } from "./chat-scene";
import { MessageBubble } from "./message-bubble";

// The router goes to the top of a new page, which jsdom can't.
vi.spyOn(window, "scrollTo").mockReturnValue();
startTestServer();

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
  const calls = Object.fromEntries(names.map((name) => [name, vi.fn()])) as unknown as ChatActions;
  const actions: ChatActions = { ...calls, messageAt: (seq) => messages.find((message) => message.seq === seq) };
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

const picture: Attachment = {
  id: "a1",
  name: "harbour.jpg",
  size: 70_000,
  media_type: "image/jpeg",
  url: "http://localhost:3000/v1/files/a1",
  url_expires_at: "2999-01-01T00:00:00.000Z",
  thumbnail_url: "http://localhost:3000/v1/files/a1-small",
  width: 1600,
  height: 1200,
};

it("calls a picture that is answered a photo, and shows it", async () => {
  const reply_to = { id: "m1", seq: 1, sender_id: PEER_ID, excerpt: "" };
  await show([sampleMessage(1, { body: "", attachments: [picture] }), sampleMessage(2, { reply_to })]);
  const quote = screen.getByRole("button", { name: "Show the message by Ben" });
  expect(quote).toHaveTextContent("BenPhoto");
  const small = within(quote).getByRole("presentation");
  expect(small).toHaveAttribute("src", picture.thumbnail_url);
  fireEvent.error(small);
  expect(small).not.toBeInTheDocument();
});

it("has no words for what is not loaded", async () => {
  await show([sampleMessage(2, { reply_to: { id: "m1", seq: 1, sender_id: PEER_ID, excerpt: "" } })]);
  expect(screen.getByRole("button", { name: "Show the message by Ben" })).toHaveTextContent("Message without text");
});

it("shows a sign for a picture that can't be loaded until there is a network again", async () => {
  server.use(http.get("*/v1/attachments/a1", () => HttpResponse.json(picture)));
  await show([sampleMessage(1, { body: "", attachments: [picture] })]);
  const place = screen.getByRole("button", { name: /harbour.jpg/ });
  fireEvent.error(within(place).getByRole("presentation"));
  expect(within(place).queryByRole("presentation")).toBeNull();
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  fireEvent.offline(window);
  expect(within(place).queryByRole("presentation")).toBeNull();
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(true);
  fireEvent.online(window);
  expect(within(place).getByRole("presentation")).toHaveAttribute("src", picture.thumbnail_url);
});
