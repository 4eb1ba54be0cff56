// Signing in by an outside OpenID Connect provider: a real one, which the stack was started with as "google". It knows
// one person, whose login PULSE_OUTSIDE_LOGIN names; e2e/tests/it/browser.rs sets all that up.

import { type BrowserContext, expect, type Page } from "@playwright/test";
import { PASSWORD } from "./person";
import { publicUrl } from "./stack";
import { test } from "./test";

const login = process.env.PULSE_OUTSIDE_LOGIN;

/** The provider's own pages: sign in there unless one still is, then consent. */
async function atProvider(page: Page, fresh: boolean): Promise<void> {
  if (fresh) {
    await page.getByPlaceholder("Enter any login").fill(login ?? "");
    await page.getByPlaceholder("and password").fill("any is right");
    await page.getByRole("button", { name: "Sign-in" }).click();
  }
  await page.getByRole("button", { name: "Continue" }).click();
}

/** Its pages ask for a font elsewhere; nothing here leaves this machine. */
const stayHere = (context: BrowserContext) =>
  context.route(/^https?:\/\/(?!localhost|127\.0\.0\.1)/, (route) => route.abort());

test("somebody signs up and in by an outside account, parts from it and links it again", async ({ browser }) => {
  test.skip(!login, "the stack has no outside provider");
  const url = publicUrl();
  const context = await browser.newContext({ locale: "en-GB", reducedMotion: "reduce" });
  await stayHere(context);
  const page = await context.newPage();
  const account = page.getByRole("button", { name: "Your account, Ola Nordmann" });
  const google = page.getByRole("listitem").filter({ hasText: "Google" });

  await test.step("the first visit makes an account", async () => {
    await page.goto(url);
    await page.getByRole("link", { name: "Continue with Google" }).click();
    await atProvider(page, true);
    await expect(account).toBeVisible();
    expect(page.url()).toBe(`${url}/`);
  });

  await test.step("a password is set, so that there is another way in", async () => {
    await page.goto(`${url}/settings/security`);
    await expect(google).toContainText("Linked as ola@example.org");
    await page.getByRole("button", { name: "Set a password" }).click();
    await page.getByLabel("New password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Your password is changed.")).toBeVisible();
  });

  await test.step("the next one leads to the same account, and to where one wanted to go", async () => {
    await page.goto(url);
    await account.click();
    await page.getByRole("menuitem", { name: "Sign out", exact: true }).click();
    await expect(page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
    await page.goto(`${url}/settings/security`);
    await page.getByRole("link", { name: "Continue with Google" }).click();
    await atProvider(page, false);
    await expect(page.getByRole("button", { name: "Change password" })).toBeVisible();
    expect(page.url()).toBe(`${url}/settings/security`);
  });

  await test.step("the two are parted, and linked again", async () => {
    await google.getByRole("button", { name: "Unlink Google" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Unlink" }).click();
    await expect(google).toContainText("Not linked");
    await google.getByRole("button", { name: "Link Google" }).click();
    await atProvider(page, false);
    await expect(page.getByRole("status").filter({ hasText: "Google is linked" })).toBeVisible();
    await expect(google).toContainText("Linked as ola@example.org");
  });

  await test.step("a visit that is broken off changes nothing, and says so", async () => {
    const stranger = await (await browser.newContext({ locale: "en-GB" })).newPage();
    await stayHere(stranger.context());
    await stranger.goto(url);
    await stranger.getByRole("link", { name: "Continue with Google" }).click();
    await stranger.getByRole("link", { name: "[ Cancel ]" }).click();
    await expect(stranger.getByRole("alert")).toContainText("The sign-in was cancelled");
    await stranger.context().close();
  });

  await test.step("the account is deleted, with all that it takes", async () => {
    await page.goto(`${url}/settings/data`);
    await page.getByRole("button", { name: "Delete my account" }).click();
    const dialog = page.getByRole("dialog", { name: "Delete your account?" });
    const field = dialog.getByLabel(/^Type \S+ to confirm$/);
    const asked = await dialog.getByText(/^Type \S+ to confirm$/).innerText();
    await field.fill("somebody else");
    await dialog.getByLabel("Your password").fill(PASSWORD);
    await dialog.getByRole("button", { name: "Delete for good" }).click();
    await expect(dialog.getByText("This isn't your username.")).toBeVisible();
    await field.fill(asked.split(" ")[1] ?? "");
    await dialog.getByRole("button", { name: "Delete for good" }).click();
    await expect(page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
  });
});
