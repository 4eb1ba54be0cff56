// Two accounts side by side in one browser: each tab shows its own, and knows what is unread in the other.

import { expect, type Page } from "@playwright/test";
import { PASSWORD, Person } from "./person";
import { type Actor, connect, enrol, talk, tell } from "./scene";
import { publicUrl } from "./stack";
import { test } from "./test";

const accountOf = (page: Page, name: string) => page.getByRole("button", { name: `Your account, ${name}` });

async function fromMenu(page: Page, item: string | RegExp): Promise<void> {
  await page.getByRole("button", { name: /Your account/ }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

test("two accounts live side by side in one browser", async ({ browser }) => {
  const url = publicUrl();
  const [home, work, friend] = (await Promise.all(
    ["Ada Holm", "Ada Work", "Ben Okafor"].map((name) => enrol(url, name)),
  )) as [Actor, Actor, Actor];
  await connect(friend, work);
  const chat = await talk(friend, work, [[work, "At your service"]]);
  const { page: first } = await Person.enter(browser, url, home);

  await test.step("a second account is added by the switcher; the first stays signed in", async () => {
    await fromMenu(first, "Add another account");
    await expect(first.getByRole("region", { name: "Continue as" }).getByText("Ada Holm")).toBeVisible();
    await first.getByLabel("Username or email").fill(work.username);
    await first.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await first.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(accountOf(first, "Ada Work")).toBeVisible();
  });

  const second = await first.context().newPage();
  await test.step("a second tab shows the other one; each keeps its own over a reload", async () => {
    await second.goto(url);
    await expect(accountOf(second, "Ada Work")).toBeVisible();
    await fromMenu(second, /Ada Holm/);
    await expect(accountOf(second, "Ada Holm")).toBeVisible();
    await Promise.all([first.reload(), second.reload()]);
    await expect(accountOf(first, "Ada Work")).toBeVisible();
    await expect(accountOf(second, "Ada Holm")).toBeVisible();
  });

  await test.step("what is unread in one is seen in the other, and both count in the title", async () => {
    await tell(friend, chat, "Are you at your desk?");
    await expect(first).toHaveTitle(/^\(1\)/);
    await expect(second).toHaveTitle(/^\(1\)/);
    await accountOf(second, "Ada Holm").click();
    await expect(second.getByRole("menuitem", { name: "Ada Work 1 unread" })).toBeVisible();
    await second.keyboard.press("Escape");
    // A tab that is not in front draws once a second.
    await first.bringToFront();
    await first
      .getByRole("link", { name: /Ben Okafor/ })
      .first()
      .click();
    await expect(first.getByRole("log").getByText("Are you at your desk?")).toBeVisible();
    await expect(second).not.toHaveTitle(/\(/);
  });

  await test.step("what comes to an account that no tab shows is seen all the same", async () => {
    await fromMenu(first, /Ada Holm/);
    await expect(accountOf(first, "Ada Holm")).toBeVisible();
    await tell(friend, chat, "Have you left already?");
    await accountOf(first, "Ada Holm").click();
    await expect(first.getByRole("menuitem", { name: "Ada Work 1 unread" })).toBeVisible();
    await expect(first).toHaveTitle(/^\(1\)/);
    await expect(second).toHaveTitle(/^\(1\)/);
  });

  await test.step("an account that was signed out elsewhere says so, and signs in again", async () => {
    await first.keyboard.press("Escape");
    expect((await work.api.delete("/v1/auth/sessions")).status()).toBe(204);
    await accountOf(first, "Ada Holm").click();
    await first.getByRole("menuitem", { name: "Ada Work Signed out" }).click();
    await expect(first.getByLabel("Username or email")).toHaveValue(work.username);
    await first.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await first.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(accountOf(first, "Ada Work")).toBeVisible();
  });

  await test.step("signing one out leaves the other in", async () => {
    await fromMenu(first, "Sign out");
    await first
      .getByRole("region", { name: "Continue as" })
      .getByRole("button", { name: /Ada Holm/ })
      .waitFor();
    await expect(first.getByText("Ada Work")).toHaveCount(0);
    await expect(accountOf(second, "Ada Holm")).toBeVisible();
    await second.reload();
    await expect(accountOf(second, "Ada Holm")).toBeVisible();
    await first.bringToFront();
    await first.getByRole("button", { name: /Ada Holm/ }).click();
    await expect(accountOf(first, "Ada Holm")).toBeVisible();
  });
});
