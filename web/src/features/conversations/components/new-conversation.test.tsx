import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, it, vi } from "vitest";
import { renderClient } from "@/testing/render";
import { bothWays, sampleConversation, sampleUser } from "@/testing/samples";
import { problem, server, startTestServer } from "@/testing/server";
import { NewConversation } from "./new-conversation";

startTestServer();

const cleo = sampleUser(bothWays, "01900000-0000-7000-8000-00000000000d", "Cleo");

beforeEach(() => {
  server.use(
    http.get("*/v1/config", () => problem(503, "unavailable")),
    http.get("*/v1/me/connections", () => HttpResponse.json({ items: [sampleUser(), cleo], next_cursor: null })),
  );
});

it("makes a group of the people who were chosen, once however often it is tried", async () => {
  const sent: { client_id: string; member_ids: string[]; title?: string }[] = [];
  server.use(
    http.post("*/v1/conversations", async ({ request }) => {
      sent.push((await request.json()) as (typeof sent)[number]);
      if (sent.length === 1) return problem(503, "unavailable");
      return HttpResponse.json(sampleConversation({ kind: "group" }), { status: 201 });
    }),
  );
  const created = vi.fn();
  const { user } = renderClient(<NewConversation kind="group" onClose={() => undefined} onCreated={created} />);
  const button = screen.getByRole("button", { name: "Create group" });
  expect(button).toBeDisabled();
  await user.type(await screen.findByRole("searchbox", { name: "Search your connections" }), "cle{Enter}");
  await user.click(screen.getByRole("checkbox", { name: /Ben/ }));
  await user.click(screen.getByRole("button", { name: "Take Ben out" }));
  await user.type(screen.getByRole("textbox", { name: "Name" }), " Harbour ");
  await user.click(button);
  await screen.findByRole("alert");
  await user.click(button);
  await waitFor(() => expect(created).toHaveBeenCalled());
  expect(sent[1]).toMatchObject({ kind: "group", member_ids: [cleo.id], title: "Harbour" });
  expect(sent[1]?.client_id).toBe(sent[0]?.client_id);
});

it("a room needs a name", async () => {
  const { user } = renderClient(<NewConversation kind="room" onClose={() => undefined} onCreated={() => undefined} />);
  await user.click(screen.getByRole("button", { name: "Create room" }));
  expect(screen.getByText("A room needs a name.")).toBeVisible();
});

it("says when somebody is not connected any more", async () => {
  server.use(http.post("*/v1/conversations", () => problem(403, "not_connected")));
  const { user } = renderClient(<NewConversation kind="group" onClose={() => undefined} onCreated={() => undefined} />);
  await user.click(await screen.findByRole("checkbox", { name: /Ben/ }));
  await user.click(screen.getByRole("button", { name: "Create group" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("only add people you are connected with");
});
