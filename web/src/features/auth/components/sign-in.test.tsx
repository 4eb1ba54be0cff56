import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, it, vi } from "vitest";
import { renderClient } from "@/testing/render";
import { sampleChallenge, sampleSession } from "@/testing/samples";
import { problem, server, startTestServer } from "@/testing/server";
import { SignIn } from "./sign-in";

startTestServer();
beforeEach(() => server.use(http.get("*/v1/auth/providers", () => HttpResponse.json({ items: [] }))));

function open(arrived: { code?: string; error?: string } = {}) {
  const onRestart = vi.fn();
  const client = renderClient(<SignIn {...arrived} ended={false} forgot={null} footer={null} onRestart={onRestart} />);
  return { ...client, onRestart };
}

async function enterPassword() {
  const client = open();
  await client.user.type(screen.getByLabelText("Username or email"), "ada");
  await client.user.type(screen.getByLabelText("Password"), "a quiet river at dawn");
  await client.user.click(screen.getByRole("button", { name: "Sign in" }));
  return client;
}

async function reachSecondStep() {
  server.use(http.post("*/v1/auth/login", () => HttpResponse.json(sampleChallenge())));
  const client = await enterPassword();
  return { ...client, field: await screen.findByLabelText("Six-digit code") };
}

const answerSecondFactor = (answer: () => ReturnType<typeof problem>) => server.use(http.post("*/v1/auth/mfa", answer));

function locked(seconds: number) {
  const answer = problem(429, "locked_out");
  answer.headers.set("Retry-After", String(seconds));
  return answer;
}

it("says how long to wait when there were too many attempts", async () => {
  server.use(http.post("*/v1/auth/login", () => locked(601)));
  await enterPassword();
  expect(await screen.findByRole("alert")).toHaveTextContent("Please try again in 11 minutes.");
});

it("asks for the code of the second factor, and sends it as soon as it is complete", async () => {
  let sent: unknown;
  server.use(
    http.post("*/v1/auth/mfa", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(sampleSession());
    }),
  );
  const { field, user, session } = await reachSecondStep();
  expect(field).toHaveFocus();
  expect(field).toHaveAttribute("inputmode", "numeric");
  expect(field).toHaveAttribute("autocomplete", "one-time-code");
  await user.click(field);
  await user.paste(" 123 456");
  await waitFor(() => expect(session.getState().status).toBe("signed-in"));
  expect(sent).toEqual({ mfa_token: "m1", code: "123456" });
});

it("says that a code is wrong and takes the next one", async () => {
  answerSecondFactor(() => problem(401, "invalid_code"));
  const { field, user } = await reachSecondStep();
  await user.type(field, "000000");
  expect(await screen.findByRole("alert")).toHaveTextContent("This code isn't right");
  expect(field).toHaveValue("");
  await waitFor(() => expect(field).toHaveFocus());
});

it("takes a recovery code in its place", async () => {
  let sent: unknown;
  server.use(
    http.post("*/v1/auth/mfa", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(sampleSession());
    }),
  );
  const { user, session } = await reachSecondStep();
  await user.click(screen.getByRole("button", { name: "Use a recovery code instead" }));
  await user.type(screen.getByLabelText("Recovery code"), " abcd-efgh {Enter}");
  await waitFor(() => expect(session.getState().status).toBe("signed-in"));
  expect(sent).toEqual({ mfa_token: "m1", recovery_code: "abcd-efgh" });
});

it("goes back to the first step when the sign-in is void, and says why", async () => {
  answerSecondFactor(() => problem(401, "unauthenticated"));
  const { field, user, onRestart } = await reachSecondStep();
  await user.type(field, "123456");
  expect(await screen.findByRole("alert")).toHaveTextContent("Please sign in again.");
  expect(screen.getByLabelText("Username or email")).toBeVisible();
  expect(onRestart).toHaveBeenCalled();
});

it("goes back with the time to wait when the second factor is locked", async () => {
  answerSecondFactor(() => locked(900));
  const { field, user } = await reachSecondStep();
  await user.type(field, "123456");
  expect(await screen.findByRole("alert")).toHaveTextContent("Too many wrong codes. Please try again in 15 minutes.");
});

it("keeps the code when the server can't be reached, to send it again", async () => {
  answerSecondFactor(() => HttpResponse.error());
  const { field, user, session } = await reachSecondStep();
  await user.type(field, "123456");
  expect(await screen.findByRole("alert")).toHaveTextContent("can't reach the server");
  expect(field).toHaveValue("123456");
  answerSecondFactor(() => HttpResponse.json(sampleSession()));
  await user.click(screen.getByRole("button", { name: "Continue" }));
  await waitFor(() => expect(session.getState().status).toBe("signed-in"));
});

it("finishes an outside sign-in with the choice made before leaving", async () => {
  sessionStorage.setItem("pulse.outside.remember", "false");
  const sent: unknown[] = [];
  server.use(
    http.post("*/v1/auth/oauth/exchange", async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(sampleSession());
    }),
  );
  const { session } = open({ code: "c1" });
  expect(screen.getByRole("heading", { name: "Almost there" })).toBeVisible();
  await waitFor(() => expect(session.getState().status).toBe("signed-in"));
  expect(sent).toEqual([{ code: "c1", remember: false, cookie: true }]);
});

it("asks for the second factor after an outside sign-in too", async () => {
  server.use(http.post("*/v1/auth/oauth/exchange", () => HttpResponse.json(sampleChallenge())));
  const { user, session } = open({ code: "c2" });
  expect(await screen.findByLabelText("Six-digit code")).toBeVisible();
  expect(session.getState().status).toBe("signed-out");
  await user.click(screen.getByRole("button", { name: "Back to sign in" }));
  expect(screen.getByRole("heading", { name: "Welcome back" })).toBeVisible();
});

it.each([
  [409, "conflict", "You already have an account with this email address."],
  [401, "invalid_code", "That took too long"],
  [403, "forbidden", "doesn't take new accounts"],
  [503, "unavailable", "unavailable right now"],
])("explains an exchange that is refused with %i %s", async (status, code, text) => {
  server.use(http.post("*/v1/auth/oauth/exchange", () => problem(status, code)));
  open({ code: "c3" });
  expect(await screen.findByRole("alert")).toHaveTextContent(text);
  expect(screen.getByLabelText("Password")).toBeVisible();
});

it.each([
  ["access_denied", "The sign-in was cancelled"],
  ["conflict", "already linked to another PulseChat account"],
  ["expired", "That took too long"],
  ["provider_error", "didn't answer as it should"],
  ["something_new", "The sign-in didn't work."],
])("explains that a provider's visitor came back with %s", (error, text) => {
  open({ error });
  expect(screen.getByRole("alert")).toHaveTextContent(text);
});
