import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "@/lib/queries/config";
import { renderClient } from "@/testing/render";
import { problem, server, startTestServer } from "@/testing/server";
import { ResetPassword } from "./reset-password";

startTestServer();
beforeEach(() =>
  server.use(http.get("*/v1/config", () => HttpResponse.json({ allowed_signup: true, limits: DEFAULT_LIMITS }))),
);

const page = (token?: string) => (
  <ResetPassword token={token} signIn={<a href="/sign-in">Sign in</a>} askAgain={<a href="/f">Ask for a new link</a>} />
);

async function choose(password: string) {
  const client = renderClient(page("r1"));
  await client.user.type(screen.getByLabelText("New password"), password);
  await client.user.click(screen.getByRole("button", { name: "Save the new password" }));
  return client;
}

it("sets the new password as it was typed and leads to signing in", async () => {
  server.use(
    http.post("*/v1/auth/password/reset", async ({ request }) => {
      expect(await request.json()).toEqual({ token: "r1", new_password: " a quiet river at dawn " });
      return new HttpResponse(null, { status: 204 });
    }),
  );
  await choose(" a quiet river at dawn ");
  expect(await screen.findByRole("heading", { name: "Your password is changed" })).toBeVisible();
  expect(screen.getByRole("link", { name: "Sign in" })).toBeVisible();
});

it("signs this browser out when its session was among those that ended", async () => {
  localStorage.setItem("pulse.session_id", "s1");
  server.use(
    http.post("*/v1/auth/password/reset", () => new HttpResponse(null, { status: 204 })),
    http.post("*/v1/auth/refresh", () => problem(401, "session_revoked")),
  );
  const { session } = await choose("a quiet river at dawn");
  await screen.findByRole("heading", { name: "Your password is changed" });
  expect(session.getState().status).toBe("signed-out");
});

it("lets the person see what they type", async () => {
  const { user } = renderClient(page("r1"));
  expect(screen.getByLabelText("New password")).toHaveAttribute("type", "password");
  await user.click(screen.getByRole("button", { name: "Show what I type" }));
  expect(screen.getByLabelText("New password")).toHaveAttribute("type", "text");
});

it("says that a password is too short before it uses the link", async () => {
  await choose("short");
  expect(await screen.findByRole("alert")).toHaveTextContent("Use at least 10 characters.");
});

it("says that a password is too easy to guess, at its field", async () => {
  server.use(
    http.post("*/v1/auth/password/reset", () =>
      problem(422, "validation_failed", [{ field: "new_password", code: "common_password" }]),
    ),
  );
  await choose("passwordpassword");
  await screen.findByRole("alert");
  expect(screen.getByLabelText("New password")).toHaveAccessibleDescription(/too easy to guess/);
});

it("offers a new link when this one was used or has expired", async () => {
  server.use(http.post("*/v1/auth/password/reset", () => problem(401, "invalid_code")));
  await choose("a quiet river at dawn");
  expect(await screen.findByRole("heading", { name: "This link no longer works" })).toBeVisible();
  expect(screen.getByRole("link", { name: "Ask for a new link" })).toBeVisible();
});

it("asks to open the link again when the page came without it", () => {
  renderClient(page());
  expect(screen.getByRole("heading", { name: "Open the link once more" })).toBeVisible();
});
