import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, it, vi } from "vitest";
import type { Role } from "@/sdk/types";
import { renderClient } from "@/testing/render";
import { CONVERSATION_ID, PEER_ID, sampleConversation } from "@/testing/samples";
import { problem, server, startTestServer } from "@/testing/server";
import { MemberRow } from "./member-row";

startTestServer();

const ben = { id: PEER_ID, username: "ben", display_name: "Ben", avatar_url: null };

function draw(own: Role, role: Role) {
  const base = sampleConversation({ kind: "group", title: "Team", member_count: 3, peer: null });
  const conversation = { ...base, my: base.my && { ...base.my, role: own } };
  const member = { user: ben, role, joined_at: base.created_at, version: 1 };
  return renderClient(
    <ul>
      <MemberRow
        conversation={conversation}
        member={member}
        presence={undefined}
        onPerson={() => undefined}
        onReport={() => undefined}
      />
    </ul>,
  );
}

const offered = async () => (await screen.findAllByRole("menuitem")).map((item) => item.textContent);

it.each([
  ["member", "member", ["Show profile", "Report"]],
  ["admin", "owner", ["Show profile", "Report"]],
  ["admin", "member", ["Show profile", "Make admin", "Report", "Remove"]],
  ["owner", "admin", ["Show profile", "Make plain member", "Make owner", "Report", "Remove"]],
] as const)("as %s one is offered for a %s what the role allows", async (own, role, items) => {
  const { user } = draw(own, role);
  await user.click(screen.getByRole("button", { name: "What to do with Ben" }));
  expect(await offered()).toEqual(items);
});

it("asks before somebody is removed, and says why it failed", async () => {
  const removed = vi.fn();
  server.use(
    http.delete(`*/v1/conversations/${CONVERSATION_ID}/members/${PEER_ID}`, () => {
      removed();
      return removed.mock.calls.length === 1 ? problem(403, "forbidden") : new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = draw("admin", "member");
  await user.click(screen.getByRole("button", { name: "What to do with Ben" }));
  await user.click(await screen.findByRole("menuitem", { name: "Remove" }));
  await user.click(await screen.findByRole("button", { name: "Remove" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Only owners and admins can do that.");
  await user.click(screen.getByRole("button", { name: "Remove" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
});
