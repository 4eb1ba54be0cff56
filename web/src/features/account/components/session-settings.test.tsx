import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import { renderClient } from "@/testing/render";
import { problem, server, startTestServer } from "@/testing/server";
import { SessionSettings } from "./session-settings";

startTestServer();

const AT = "2026-01-31T09:30:00.000Z";
const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";

const session = (session_id: string, current: boolean, user_agent = FIREFOX) => ({
  session_id,
  current,
  user_agent,
  created_at: AT,
  last_used_at: AT,
  expires_at: AT,
  ip: "203.0.113.9",
  method: "password",
});

function serve(...first: object[]) {
  const state = { items: first, ended: [] as string[] };
  server.use(
    http.get("*/v1/auth/providers", () => HttpResponse.json({ items: [] })),
    http.get("*/v1/auth/sessions", () => HttpResponse.json({ items: state.items, next_cursor: null })),
    http.delete("*/v1/auth/sessions/:id", ({ params }) => {
      state.ended.push(String(params.id));
      state.items = state.items.filter((item) => (item as { session_id: string }).session_id !== params.id);
      return new HttpResponse(null, { status: 204 });
    }),
    http.delete("*/v1/auth/sessions", () => {
      state.ended.push("others");
      state.items = state.items.slice(0, 1);
      return new HttpResponse(null, { status: 204 });
    }),
  );
  return state;
}

it("shows this device first, and ends another one", async () => {
  const state = serve(session("s2", false), session("s1", true, "curl/8.5"));
  const { user } = renderClient(<SessionSettings back={null} />);
  const here = await screen.findByRole("region", { name: "This device" });
  expect(within(here).getByText("curl")).toBeVisible();
  expect(within(here).queryByRole("button")).not.toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Sign out Firefox on Windows" }));
  expect(await screen.findByText("You are signed in nowhere else.")).toBeVisible();
  expect(state.ended).toEqual(["s2"]);
});

it("asks before it ends all others", async () => {
  const state = serve(session("s1", true), session("s2", false), session("s3", false));
  const { user } = renderClient(<SessionSettings back={null} />);
  await user.click(await screen.findByRole("button", { name: "Sign out all other devices" }));
  const window = await screen.findByRole("dialog");
  expect(state.ended).toEqual([]);
  await user.click(within(window).getByRole("button", { name: "Sign out all other devices" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  expect(state.ended).toEqual(["others"]);
});

it("says why the list did not come, and asks again", async () => {
  server.use(http.get("*/v1/auth/sessions", () => problem(503, "unavailable")));
  const { user } = renderClient(<SessionSettings back={null} />);
  expect(await screen.findByText(/unavailable right now/)).toBeVisible();
  serve(session("s1", true));
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("region", { name: "This device" })).toBeVisible();
});
