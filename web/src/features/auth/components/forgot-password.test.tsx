import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import { renderClient } from "@/testing/render";
import { problem, server, startTestServer } from "@/testing/server";
import { ForgotPassword } from "./forgot-password";

startTestServer();

async function askFor(email: string) {
  const { user } = renderClient(<ForgotPassword footer={null} />);
  await user.type(screen.getByLabelText("Email"), email);
  await user.click(screen.getByRole("button", { name: "Send the link" }));
  return user;
}

it("gives an answer that tells nobody whether the address is known", async () => {
  server.use(
    http.post("*/v1/auth/password/forgot", async ({ request }) => {
      expect(await request.json()).toEqual({ email: "ada@example.com" });
      return new HttpResponse(null, { status: 202 });
    }),
  );
  const user = await askFor(" ada@example.com ");
  expect(await screen.findByRole("heading", { name: "Check your inbox" })).toBeVisible();
  expect(screen.getByText(/If an account belongs to/)).toHaveTextContent("ada@example.com");
  await user.click(screen.getByRole("button", { name: "Try another address" }));
  expect(screen.getByLabelText("Email")).toBeVisible();
});

it("says what is not an address before it asks the server", async () => {
  await askFor("ada");
  expect(await screen.findByRole("alert")).toHaveTextContent("Enter your email address.");
});

it.each([
  [429, "rate_limited", "a bit fast"],
  [503, "unavailable", "unavailable right now"],
])("says when it could not be asked for: %i %s", async (status, code, text) => {
  server.use(http.post("*/v1/auth/password/forgot", () => problem(status, code)));
  await askFor("ada@example.com");
  expect(await screen.findByRole("alert")).toHaveTextContent(text);
});
