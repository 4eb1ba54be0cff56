import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, it } from "vitest";
import { renderClient } from "@/testing/render";
import { problem, server, startTestServer } from "@/testing/server";
import { VerifyEmailBanner } from "./verify-email-banner";

startTestServer();

const config = (require_verified_email: boolean) =>
  http.get("*/v1/config", () => HttpResponse.json({ require_verified_email }));

beforeEach(() => server.use(config(false)));

it("is not there once the address is confirmed, nor without an address", () => {
  renderClient(<VerifyEmailBanner />, { email_verified: true });
  renderClient(<VerifyEmailBanner />, { email_verified: false, email: null });
  expect(screen.queryByRole("status")).not.toBeInTheDocument();
});

it("names the address and sends the link again", async () => {
  server.use(
    http.post("*/v1/auth/email/resend", ({ request }) => {
      expect(request.headers.get("Authorization")).toBe("Bearer token");
      return new HttpResponse(null, { status: 202 });
    }),
  );
  const { user } = renderClient(<VerifyEmailBanner />, { email_verified: false });
  expect(screen.getByRole("status")).toHaveTextContent("open the link we sent to ada@example.com");
  await user.click(screen.getByRole("button", { name: "Send the link again" }));
  expect(await screen.findByText(/A new link is on its way to/)).toBeVisible();
  expect(screen.queryByRole("button")).not.toBeInTheDocument();
});

it("says why it could not be sent", async () => {
  server.use(http.post("*/v1/auth/email/resend", () => problem(429, "rate_limited")));
  const { user } = renderClient(<VerifyEmailBanner />, { email_verified: false });
  await user.click(screen.getByRole("button", { name: "Send the link again" }));
  expect(await screen.findByText(/a bit fast/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Send the link again" })).toBeEnabled();
});

it("says what is closed until then on servers that want it", async () => {
  server.use(config(true));
  renderClient(<VerifyEmailBanner />, { email_verified: false });
  expect(await screen.findByText(/to write to people and follow them/)).toBeVisible();
});
