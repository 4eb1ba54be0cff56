import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, it, vi } from "vitest";
import { writeDraft } from "@/lib/drafts";
import type { Conversation } from "@/sdk/types";
import { renderClient } from "@/testing/render";
import { Routed } from "@/testing/routed";
import { OWN_ID, sampleConversation, sampleMessage } from "@/testing/samples";
import { server, startTestServer } from "@/testing/server";
import { InboxList } from "./inbox-list";

startTestServer();
beforeEach(() => localStorage.clear());

const own = { id: OWN_ID, username: "ada", display_name: "Ada", avatar_url: null };

function conversation(id: string, change: Partial<Conversation> = {}, my: Partial<Conversation["my"]> = {}) {
  const base = sampleConversation({ id, kind: "group", title: id, peer: null, ...change });
  return { ...base, my: base.my && { ...base.my, ...my } };
}

function listed(active: Conversation[], archived: Conversation[] = []) {
  server.use(
    http.get("*/v1/conversations", ({ request }) => {
      const items = new URL(request.url).searchParams.get("archived") === "true" ? archived : active;
      return HttpResponse.json({ items, next_cursor: null, total_unread: 0 });
    }),
  );
}

function draw() {
  return renderClient(
    <Routed>
      <InboxList
        openId={undefined}
        systemText={() => "Ben renamed it"}
        actionsOf={() => []}
        empty={<p>Nothing yet</p>}
        onNewGroup={() => undefined}
        onRooms={() => undefined}
      />
    </Routed>,
  );
}

const rows = () => screen.getAllByRole("link").map((row) => row.textContent);

it("shows pinned conversations first, and how much is unread up to 99", async () => {
  const said = (at: string) => ({ last_message: sampleMessage(1, { created_at: at, body: "hi" }) });
  listed([
    conversation("Latest", said("2026-01-31T12:00:00.000Z"), { unread_count: 120, mention_count: 1 }),
    conversation("Pinned", said("2026-01-31T10:00:00.000Z"), { pinned: true }),
  ]);
  draw();
  await screen.findByText("Latest");
  expect(rows().map((text) => text?.includes("Pinned"))).toEqual([true, false]);
  const row = within(screen.getByRole("link", { name: /Latest/ }));
  expect(row.getByText("99+")).toBeVisible();
  expect(row.getByText("120 unread")).toBeInTheDocument();
  expect(row.getByText("You were mentioned")).toBeInTheDocument();
});

it("ticks one's own last message by how far it came", async () => {
  server.use(
    http.get("*/v1/conversations/:id/receipts", () =>
      HttpResponse.json({
        receipts: [{ user_id: "b", delivered_seq: 1, read_seq: 1 }],
        typing: [],
        version: 1,
        last_seq: 1,
      }),
    ),
  );
  listed([conversation("Team", { last_message: sampleMessage(1, { sender: own, body: "done" }) })]);
  draw();
  expect(await screen.findByRole("img", { name: "Read" })).toBeVisible();
  expect(screen.getByRole("link")).toHaveTextContent("You: done");
});

it("shows a draft instead of what was said last", async () => {
  writeDraft(OWN_ID, "Team", "half a sentence");
  listed([conversation("Team", { last_message: sampleMessage(1, { body: "said" }) })]);
  draw();
  expect(await screen.findByText("half a sentence")).toBeVisible();
  expect(screen.queryByText("said")).not.toBeInTheDocument();
});

it("keeps archived conversations behind an entry, and leads back", async () => {
  listed([conversation("Here")], [conversation("Old", {}, { archived: true })]);
  const { user } = draw();
  await screen.findByText("Here");
  expect(screen.queryByText("Old")).not.toBeInTheDocument();
  await user.click(await screen.findByRole("button", { name: /Archived/ }));
  expect(screen.getByText("Old")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Back to your chats" }));
  expect(screen.getByText("Here")).toBeVisible();
});

it("a filter that leaves nothing says what to do next", async () => {
  listed([conversation("Here")]);
  const { user } = draw();
  await screen.findByText("Here");
  await user.click(screen.getByRole("button", { name: "Unread" }));
  expect(screen.getByText("All caught up")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Show all" }));
  expect(screen.getByText("Here")).toBeVisible();
});

it("arrow keys walk along the rows", async () => {
  listed([conversation("One"), conversation("Two")]);
  const { user } = draw();
  await screen.findByText("One");
  const [first, second] = screen.getAllByRole("link");
  first?.focus();
  await user.keyboard("{ArrowDown}");
  expect(second).toHaveFocus();
  await user.keyboard("{Home}");
  expect(first).toHaveFocus();
});

it("with nothing at all stands what the page gives", async () => {
  listed([]);
  draw();
  expect(await screen.findByText("Nothing yet")).toBeVisible();
});

it("says when it did not load, and tries again", async () => {
  const asked = vi.fn();
  server.use(
    http.get("*/v1/conversations", () => {
      asked();
      return HttpResponse.json({ code: "unavailable", status: 503 }, { status: 503 });
    }),
  );
  const { user } = draw();
  const again = await screen.findByRole("button", { name: "Try again" });
  const before = asked.mock.calls.length;
  await user.click(again);
  await waitFor(() => expect(asked.mock.calls.length).toBeGreaterThan(before));
});

it("marks everything as read, where there is something to read", async () => {
  const asked = vi.fn(() => new HttpResponse(null, { status: 204 }));
  server.use(http.put("*/v1/conversations/read-all", asked));
  listed([conversation("Waiting", {}, { unread_count: 2 }), conversation("Quiet")]);
  const { user } = draw();
  await screen.findByText("Waiting");
  expect(screen.queryByRole("button", { name: "Mark all as read" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Unread" }));
  await user.click(screen.getByRole("button", { name: "Mark all as read" }));
  await waitFor(() => expect(asked).toHaveBeenCalledTimes(1));
});
