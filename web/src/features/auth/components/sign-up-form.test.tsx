import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "@/lib/queries/config";
import { renderClient } from "@/testing/render";
import { problem, server, startTestServer } from "@/testing/server";
import { SignUpForm } from "./sign-up-form";

startTestServer();
beforeEach(() =>
  server.use(
    http.get("*/v1/config", () => HttpResponse.json({ allowed_signup: true, limits: DEFAULT_LIMITS })),
    http.get("*/v1/auth/providers", () => HttpResponse.json({ items: [] })),
  ),
);

async function fillIn(password = "a quiet river at dawn") {
  const { user, session } = renderClient(<SignUpForm footer={null} />);
  await user.type(screen.getByLabelText("Username"), "Ada.Holm");
  await user.type(screen.getByLabelText("Email"), "ada@example.com");
  await user.type(screen.getByLabelText("Password"), password);
  await user.click(screen.getByRole("button", { name: "Create account" }));
  return session;
}

it("says what is missing before it asks the server", async () => {
  await fillIn("short");
  expect(await screen.findByRole("alert")).toHaveTextContent("Use at least 10 characters.");
  expect(screen.getByLabelText("Password")).toBeInvalid();
});

it("puts what the server refuses beside its field", async () => {
  server.use(
    http.post("*/v1/auth/register", () =>
      problem(422, "validation_failed", [{ field: "password", code: "common_password" }]),
    ),
  );
  await fillIn();
  expect(await screen.findByText(/too easy to guess/)).toBeVisible();
  expect(screen.getByLabelText("Password")).toHaveAccessibleDescription(/too easy to guess/);
});

it("says when the username is taken", async () => {
  server.use(http.post("*/v1/auth/register", () => problem(409, "username_taken")));
  await fillIn();
  expect(await screen.findByText(/username is taken/)).toBeVisible();
});

it("says when the server can't be reached", async () => {
  server.use(http.post("*/v1/auth/register", () => HttpResponse.error()));
  await fillIn();
  expect(await screen.findByRole("alert")).toHaveTextContent("can't reach the server");
});
