import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, it, vi } from "vitest";
import { renderClient } from "@/testing/render";
import { bothWays, noRelationship, PEER_ID, sampleUser } from "@/testing/samples";
import { problem, server, startTestServer } from "@/testing/server";
import { FollowButton } from "./follow-button";
import { FollowRequests } from "./follow-requests";

startTestServer();

const asking = sampleUser({ ...noRelationship, followed_by: "requested" });
const request = { id: "r1", user: asking, created_at: "2026-01-31T09:30:00.000Z" };
const listed = (...items: object[]) =>
  http.get("*/v1/follow-requests", () => HttpResponse.json({ items, next_cursor: null }));

it("accepting with a follow back sends that, and the request goes away", async () => {
  const accepted = vi.fn();
  server.use(
    listed(request),
    http.post("*/v1/follow-requests/r1/accept", async ({ request: call }) => {
      accepted(await call.json());
      return HttpResponse.json(bothWays);
    }),
  );
  const { user } = renderClient(<FollowRequests onOpen={() => undefined} />);
  await user.click(await screen.findByRole("button", { name: "Accept and follow back" }));
  await waitFor(() => expect(screen.queryByRole("region", { name: "Follow requests" })).not.toBeInTheDocument());
  expect(accepted).toHaveBeenCalledWith({ follow_back: true });
});

it("declining takes the request away", async () => {
  server.use(
    listed(request),
    http.post("*/v1/follow-requests/r1/decline", () => new HttpResponse(null, { status: 204 })),
  );
  const { user } = renderClient(<FollowRequests onOpen={() => undefined} />);
  await user.click(await screen.findByRole("button", { name: "Decline Ben" }));
  await waitFor(() => expect(screen.queryByRole("region", { name: "Follow requests" })).not.toBeInTheDocument());
});

it.each([
  ["Follow Ben", noRelationship],
  ["Follow Ben back", { ...noRelationship, followed_by: "accepted" as const }],
  ["Take back your request to Ben", { ...noRelationship, following: "requested" as const }],
  ["Unfollow Ben", { ...noRelationship, following: "accepted" as const }],
  ["Message Ben", bothWays],
  ["Unblock Ben", { ...noRelationship, blocking: true }],
])("offers to %s", async (name, relationship) => {
  server.use(listed());
  renderClient(<FollowButton user={sampleUser(relationship)} onMessage={() => undefined} />);
  expect(await screen.findByRole("button", { name })).toBeEnabled();
});

it("says why following did not work", async () => {
  server.use(
    listed(),
    http.post(`*/v1/users/${PEER_ID}/follow`, () => problem(403, "forbidden")),
  );
  const { user } = renderClient(<FollowButton user={sampleUser(noRelationship)} onMessage={() => undefined} />);
  await user.click(screen.getByRole("button", { name: "Follow Ben" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("This person doesn't take follow requests.");
});
