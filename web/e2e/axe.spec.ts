// No screen may have a fault that axe can see, neither in the light nor in the dark.

import { expect } from "@playwright/test";
import { Faults, visit } from "./faults";
import { Person } from "./person";
import { arabic, chat, lists, others, phone, settings } from "./screens";
import { publicUrl } from "./stack";
import { test } from "./test";
import { town } from "./town";

const STILL = { locale: "en-GB", reducedMotion: "reduce" } as const;

test("what somebody new sees has no fault that axe can see", async ({ browser }) => {
  const url = publicUrl();
  const eve = await Person.open(await browser.newContext(STILL), url, "Eve Lang");
  const { page } = eve;
  const faults = new Faults(page);
  const screen = async (path: string, heading: string) => {
    await visit(page, path);
    await expect(page.getByRole("heading", { name: heading, exact: true })).toBeVisible();
    await faults.look(path);
  };

  await test.step("signed out", async () => {
    // Visits are those of a client that is there.
    await expect(page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
    await screen("/forgot-password", "Forgot your password?");
    await screen("/reset-password", "Open the link once more");
    await page.evaluate(() => {
      location.hash = "token=nobodys";
    });
    await expect(page.getByLabel("New password")).toBeVisible();
    await faults.look("a new password");
    await screen("/verify-email", "This link no longer works");
    await screen("/nowhere", "There is nothing here");
    await screen("/sign-in", "Welcome back");
    await eve.signIn();
    await expect(page.getByRole("alert")).toBeVisible();
    await faults.look("sign-in refused");
  });

  await test.step("signed up, and alone", async () => {
    await eve.signUp();
    await expect(page.getByRole("region", { name: "Confirm your email" })).toBeVisible();
    await expect(page.getByText("No conversations yet")).toBeVisible();
    await faults.look("welcome");
    await page.getByRole("button", { name: "Go to my conversations" }).click();
    await faults.look("empty inbox");
    await visit(page, "/people");
    await expect(page.getByText("No connections yet")).toBeVisible();
    await faults.look("no people");
  });
});

test("no screen of somebody with friends has a fault that axe can see", async ({ browser }) => {
  test.setTimeout(300_000);
  const url = publicUrl();
  const scene = await town(url);
  const { page } = await Person.enter(browser, url, scene.ada);
  const faults = new Faults(page);
  const see = { page, faults, scene };
  await expect(page.getByRole("link", { name: /Harbour walk/ })).toBeVisible();
  await test.step("lists and search", () => lists(see));
  await test.step("a chat and what opens over it", () => chat(see));
  await test.step("people, groups and rooms", () => others(see));
  await test.step("settings", () => settings(see));
  await test.step("on a phone", () => phone(see));
  await test.step("in Arabic", () => arabic(see));
});
