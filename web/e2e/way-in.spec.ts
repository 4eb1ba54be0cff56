// One person's way in through a real system: the address confirmed, a second factor, a forgotten password.

import { expect } from "@playwright/test";
import { codeOf } from "./authenticator";
import { linkFrom } from "./mail";
import { PASSWORD, Person } from "./person";
import { publicUrl } from "./stack";
import { test } from "./test";

const NEW_PASSWORD = "an even quieter river";

test("an address is confirmed, a second factor asked for, a password forgotten and replaced", async ({ browser }) => {
  const url = publicUrl();
  const eve = await Person.open(await browser.newContext(), url, "Eve Lang");
  const { page } = eve;
  const reminder = page.getByRole("region", { name: "Confirm your email" });

  await test.step("a reminder stays until the link of the mail was opened, which works once", async () => {
    await eve.signUp();
    await expect(reminder).toContainText(eve.email);
    const link = await linkFrom("verify_email", eve.email);
    const other = await page.context().newPage();
    await other.goto(link);
    await expect(other.getByRole("heading", { name: "Your email is confirmed" })).toBeVisible();
    expect(other.url()).toBe(`${url}/verify-email`);
    await expect(reminder).toBeHidden();
    await other.close();
    const stranger = await (await browser.newContext()).newPage();
    await stranger.goto(link);
    await expect(stranger.getByRole("heading", { name: "This link no longer works" })).toBeVisible();
  });

  const { secret, recoveryCodes } = await test.step("a second factor is set up", () => setUpSecondFactor(url, eve));

  await test.step("signing in asks for its code; a wrong one doesn't do", async () => {
    await eve.signOut();
    await eve.signIn();
    const field = page.getByLabel("Six-digit code");
    await field.pressSequentially(codeOf(secret) === "000000" ? "111111" : "000000");
    await expect(page.getByRole("alert")).toContainText("isn't right");
    await field.pressSequentially(codeOf(secret));
    await eve.expectSignedIn();
  });

  await test.step("a forgotten password is replaced by the link of a mail, and signs out", async () => {
    const visitor = await (await browser.newContext()).newPage();
    await visitor.goto(url);
    await visitor.getByRole("link", { name: "Forgot password?" }).click();
    await visitor.getByLabel("Email", { exact: true }).fill(eve.email);
    await visitor.getByRole("button", { name: "Send the link" }).click();
    await expect(visitor.getByRole("heading", { name: "Check your inbox" })).toBeVisible();
    await visitor.goto(await linkFrom("reset_password", eve.email));
    await expect(visitor.getByLabel("New password")).toBeFocused();
    expect(visitor.url()).toBe(`${url}/reset-password`);
    await visitor.getByLabel("New password").fill(NEW_PASSWORD);
    await visitor.getByRole("button", { name: "Save the new password" }).click();
    await expect(visitor.getByRole("heading", { name: "Your password is changed" })).toBeVisible();
    await expect(page.getByRole("alert")).toContainText("Your session has ended");
  });

  await test.step("the new password alone is not enough; a recovery code takes the place of the app", async () => {
    await eve.signIn(PASSWORD);
    await expect(page.getByRole("alert")).toContainText("isn't right");
    await eve.signIn(NEW_PASSWORD);
    await page.getByRole("button", { name: "Use a recovery code instead" }).click();
    await page.getByLabel("Recovery code").fill(recoveryCodes[0] ?? "");
    await page.getByRole("button", { name: "Continue" }).click();
    await eve.expectSignedIn();
  });
});

/** Through the public API, on a session of its own. Its first code is that of the step before, so the next is still good. */
async function setUpSecondFactor(url: string, { page, username }: Person) {
  const post = async (path: string, data: object, token?: string) => {
    const answer = await page.request.post(`${url}/v1/auth/${path}`, {
      data,
      headers: token ? { Authorization: `Bearer ${token}` } : {},
    });
    expect(answer.status()).toBe(200);
    return answer.json();
  };
  const { access_token: token } = await post("login", { identifier: username, password: PASSWORD });
  const { secret } = await post("totp", { password: PASSWORD }, token);
  const { recovery_codes: recoveryCodes } = await post("totp/activate", { code: codeOf(secret, -1) }, token);
  return { secret: secret as string, recoveryCodes: recoveryCodes as string[] };
}
