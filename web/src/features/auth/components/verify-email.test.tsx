import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { StrictMode } from "react";
import { expect, it } from "vitest";
import type { Me } from "@/sdk/types";
import { renderClient } from "@/testing/render";
import { sampleMe, sampleSession } from "@/testing/samples";
import { problem, server, startTestServer } from "@/testing/server";
import { VerifyEmail } from "./verify-email";

startTestServer();

function open(token: string | undefined = "v1") {
  return renderClient(
    <StrictMode>
      <VerifyEmail token={token} onward={<a href="/">Continue</a>} />
    </StrictMode>,
  );
}

/** The session of an earlier visit, whose account looks like this. */
function signedInAs(me: Partial<Me>) {
  localStorage.setItem("pulse.session_id", "s1");
  const user = { ...sampleMe(), email_verified: false, ...me };
  server.use(http.post("*/v1/auth/refresh", () => HttpResponse.json({ ...sampleSession(), user })));
}

const refuse = (status: number, code: string) =>
  server.use(http.post("*/v1/auth/email/verify", () => problem(status, code)));

it("confirms by itself, once, and says so", async () => {
  const tokens: unknown[] = [];
  server.use(
    http.post("*/v1/auth/email/verify", async ({ request }) => {
      tokens.push(await request.json());
      return new HttpResponse(null, { status: 204 });
    }),
  );
  open();
  expect(screen.getByRole("heading", { name: "Confirming your email" })).toBeVisible();
  expect(await screen.findByRole("heading", { name: "Your email is confirmed" })).toBeVisible();
  expect(screen.getByRole("link", { name: "Continue" })).toBeVisible();
  expect(tokens).toEqual([{ token: "v1" }]);
});

it("lets the one who is signed in know at once", async () => {
  signedInAs({});
  server.use(
    http.post("*/v1/auth/email/verify", () => new HttpResponse(null, { status: 204 })),
    http.get("*/v1/me", () => HttpResponse.json(sampleMe())),
  );
  const { session } = open();
  await session.restore();
  await screen.findByRole("heading", { name: "Your email is confirmed" });
  expect(session.getState()).toMatchObject({ user: { email_verified: true } });
});

it("sends the one who is signed in another link when this one is used up", async () => {
  signedInAs({});
  refuse(401, "invalid_code");
  let resent = 0;
  server.use(
    http.post("*/v1/auth/email/resend", () => {
      resent += 1;
      return new HttpResponse(null, { status: 202 });
    }),
  );
  const { user, session } = open();
  await session.restore();
  await user.click(await screen.findByRole("button", { name: "Send another link" }));
  expect(await screen.findByRole("status")).toHaveTextContent("on its way to ada@example.com");
  expect(resent).toBe(1);
});

it("tells a stranger to sign in for another link", async () => {
  refuse(401, "invalid_code");
  open();
  expect(await screen.findByRole("heading", { name: "This link no longer works" })).toBeVisible();
  expect(screen.getByText(/sign in and have another link sent/)).toBeVisible();
});

it("has nothing left to do when the address is confirmed already", async () => {
  signedInAs({ email_verified: true });
  refuse(401, "invalid_code");
  const { session } = open();
  await session.restore();
  expect(await screen.findByRole("heading", { name: "Nothing left to do" })).toBeVisible();
});

it("says when another account has confirmed the address", async () => {
  refuse(409, "conflict");
  open();
  expect(await screen.findByRole("heading", { name: "This address is taken" })).toBeVisible();
});

it("lets the person try again when the server can't do it now", async () => {
  refuse(503, "unavailable");
  const { user } = open();
  expect(await screen.findByText(/unavailable right now/)).toBeVisible();
  server.use(http.post("*/v1/auth/email/verify", () => new HttpResponse(null, { status: 204 })));
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("heading", { name: "Your email is confirmed" })).toBeVisible();
});

it("asks to open the link again when the page came without it", () => {
  renderClient(<VerifyEmail onward={null} />);
  expect(screen.getByRole("heading", { name: "Open the link once more" })).toBeVisible();
});
