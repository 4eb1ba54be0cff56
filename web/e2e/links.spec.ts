// Addresses that people hand to one another: they lead where they say, for whoever has to sign in or sign up first too.

import { expect, type Page } from "@playwright/test";
import { PASSWORD, Person } from "./person";
import { gather, talk, tell, twoConnected } from "./scene";
import { freshName, publicUrl } from "./stack";
import { test } from "./test";

const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

test("links to a person, a room and a message are copied, and lead there through the sign-in", async ({ browser }) => {
  const url = publicUrl();
  const { ada, ben } = await twoConnected(url);
  const chat = await talk(ada, ben, [[ada, "The first of all"]]);
  // Enough that the first one is out of sight; and read, so that the chat begins at its end.
  for (let count = 0; count < 12; count += 1) await tell(ben, chat, `Verse ${count}\nof the\nsea and\nthe wind`);
  await ben.api.put("/v1/conversations/read-all");
  const room = await gather(ada, "room", [], `Harbour ${freshName("room")}`);
  const { page } = await Person.enter(browser, url, ada, `/c/${room}?details=true`);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: url });

  await test.step("Ada copies the link of her room, of a message, and her own", async () => {
    await page.getByRole("button", { name: "Copy link" }).click();
    await expect(page.getByText("Link copied")).toBeVisible();
    expect(await clipboard(page)).toBe(`${url}/rooms/${room}`);
    await page.goto(`${url}/c/${chat}?at=1`);
    await page.getByRole("log").getByRole("article").filter({ hasText: "The first of all" }).click({ button: "right" });
    await page.getByRole("menuitem", { name: "Copy link" }).click();
    await expect.poll(() => clipboard(page)).toBe(`${url}/c/${chat}?at=1`);
    await page.goto(`${url}/settings/profile`);
    await page.getByRole("button", { name: "Copy link" }).click();
    await expect.poll(() => clipboard(page)).toBe(`${url}/u/${ada.username}`);
  });

  const phone = await Person.open(await browser.newContext(), url, "Ben Okafor");
  const field = phone.page.getByLabel("Username or email");
  const signIn = async () => {
    await field.fill(ben.username);
    await phone.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await phone.page.getByRole("button", { name: "Sign in", exact: true }).click();
  };

  await test.step("Ben opens the link of the message, signs in, and reads it", async () => {
    await phone.page.goto(`${url}/c/${chat}?at=1`);
    await expect(field).toBeVisible();
    await signIn();
    await expect(phone.message("The first of all")).toBeInViewport();
    expect(phone.page.url()).toContain(`/c/${chat}`);
  });

  await test.step("whoever signs out on purpose begins anew", async () => {
    await phone.signOut();
    await signIn();
    await expect(phone.page.getByRole("button", { name: "Your account, Ben Okafor" })).toBeVisible();
    await expect(phone.page).toHaveURL(`${url}/`);
  });

  await test.step("a session that was ended elsewhere goes on where it was", async () => {
    await phone.page.goto(`${url}/u/${ada.username.toUpperCase()}`);
    await expect(phone.page.getByRole("heading", { name: "Ada Holm" })).toBeVisible();
    await phone.page.goto(`${url}/u/nobody.at.all`);
    await expect(phone.page.getByText("Nobody here is called @nobody.at.all")).toBeVisible();
    await phone.page.goto(`${url}/rooms/${room}`);
    await expect(phone.page.getByRole("button", { name: /^Join Harbour/ })).toBeVisible();
    await phone.page.goto(`${url}/c/${chat}?details=true`);
    const details = phone.page.getByRole("complementary", { name: "About this person" });
    await expect(details).toBeVisible();
    expect((await ben.api.delete("/v1/auth/sessions")).status()).toBe(204);
    await expect(phone.page.getByText("Your session has ended")).toBeVisible();
    await signIn();
    await expect(details).toBeVisible();
  });

  await test.step("somebody new signs up on the way to Ada", async () => {
    const eve = await Person.open(await browser.newContext(), url, "Eve Lang");
    await eve.page.goto(`${url}/u/${ada.username}`);
    await eve.signUp();
    await eve.page.getByRole("button", { name: "Go to my conversations" }).click();
    await expect(eve.page.getByRole("button", { name: "Follow Ada Holm" })).toBeVisible();
  });
});

test("everything is marked as read at once", async ({ browser }) => {
  const url = publicUrl();
  const { ada, ben } = await twoConnected(url);
  await talk(ada, ben, [[ben, "Are you there?"]]);
  await tell(ben, await gather(ben, "group", [ada], "Sailors"), "All aboard");
  const { page } = await Person.enter(browser, url, ada);
  const list = page.getByRole("navigation", { name: "Conversations" });
  await expect(page).toHaveTitle("(2) PulseChat");
  await page.getByRole("button", { name: "Unread" }).click();
  await expect(list.getByRole("link")).toHaveCount(2);
  await page.getByRole("button", { name: "Mark all as read" }).click();
  await expect(page).toHaveTitle("PulseChat");
  await expect(page.getByText("All caught up")).toBeVisible();
  const { total_unread } = await (await ada.api.get("/v1/conversations")).json();
  expect(total_unread).toBe(0);
});
