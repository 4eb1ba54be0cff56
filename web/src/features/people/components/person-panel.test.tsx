import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, it, vi } from "vitest";
import { Toasts } from "@/components/toast";
import type { User } from "@/sdk/types";
import { renderClient } from "@/testing/render";
import { Routed } from "@/testing/routed";
import { OWN_ID, sampleUser } from "@/testing/samples";
import { server, startTestServer } from "@/testing/server";
import { Profile } from "./person-panel";

startTestServer();
beforeEach(() => {
  server.use(http.get("*/v1/follow-requests", () => HttpResponse.json({ items: [], next_cursor: null })));
});

const none = { following: "none", followed_by: "none", connected: false, blocking: false, muting: false } as const;

function draw(user: User, besideChat = false) {
  return renderClient(
    <Routed>
      <Profile user={user} onMessage={vi.fn()} besideChat={besideChat} />
      <Toasts />
    </Routed>,
  );
}

it("leads to the chat with a connected person, unless it stands beside it", async () => {
  draw(sampleUser());
  expect(await screen.findByRole("button", { name: "Message Ben" })).toBeVisible();
  expect(screen.getByText(/You and Ben follow each other/)).toBeVisible();
});

it("says nothing beside a chat that is plain from the chat", async () => {
  draw(sampleUser(), true);
  expect(await screen.findByRole("heading", { name: "Ben" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Message Ben" })).toBeNull();
  expect(screen.queryByText(/follow each other/)).toBeNull();
});

it("says beside a chat what keeps one from writing", async () => {
  draw(sampleUser(none), true);
  expect(await screen.findByRole("button", { name: "Follow Ben" })).toBeVisible();
});

it("gives the address of one's own profile, and the way to change it", async () => {
  const { user } = draw(sampleUser(undefined, OWN_ID, "Ada"));
  await user.click(await screen.findByRole("button", { name: "Copy your link" }));
  expect(await screen.findByText("Link copied")).toBeVisible();
  expect(await navigator.clipboard.readText()).toBe(`${window.location.origin}/u/ada`);
  expect(screen.getByRole("link", { name: "Edit your profile" })).toHaveAttribute("href", "/settings/profile");
});

it("shows a link that can't be copied", async () => {
  const { user } = draw(sampleUser());
  vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new Error("not allowed"));
  document.execCommand = () => false;
  await user.click(await screen.findByRole("button", { name: "More about Ben" }));
  await user.click(await screen.findByRole("menuitem", { name: "Copy link" }));
  // Shown, and told to those who hear it.
  const told = await screen.findAllByText(`The link couldn't be copied: ${window.location.origin}/u/ben`);
  expect(told[0]).toBeVisible();
});
