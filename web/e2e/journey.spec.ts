// Two people on two gateways find each other, connect and chat: the whole way through a real system.

import { expect } from "@playwright/test";
import { Person, STORED, textsIn } from "./person";
import { gatewayUrls } from "./stack";
import { test } from "./test";

test("two people on two gateways meet and chat", async ({ browser }) => {
  const { first, last } = gatewayUrls();
  const [contextA, contextB] = [await browser.newContext(), await browser.newContext()];
  const ada = await Person.open(contextA, first, "Ada Holm");
  const ben = await Person.open(contextB, last, "Ben Okafor");

  await test.step("both sign up", async () => {
    await ada.signUp();
    await ben.signUp();
    await expect(ada.page.getByText("No conversations yet")).toBeVisible();
  });

  await test.step("Ada finds Ben and asks to follow him", async () => {
    await ada.find(ben);
    await ada.page.getByRole("button", { name: `Follow ${ben.name}` }).click();
    await expect(ada.page.getByRole("button", { name: `Take back your request to ${ben.name}` })).toBeVisible();
  });

  await test.step("Ben sees it live, accepts and follows back", async () => {
    const request = ben.page.getByRole("listitem", { name: `${ada.name} asks to follow you` });
    await request.getByRole("button", { name: "Accept and follow back" }).click();
    await expect(request).toBeHidden();
  });

  await test.step("Ada's screen follows without a reload, and she opens the chat", async () => {
    await ada.page.getByRole("button", { name: `Message ${ben.name}` }).click();
    await expect(ada.page.getByRole("region", { name: `Chat with ${ben.name}` })).toBeVisible();
  });

  await test.step("what Ada writes reaches Ben's inbox, and reading clears the badge", async () => {
    await ada.say("Hello Ben, are you there?");
    const row = ben.page
      .getByRole("navigation", { name: "Conversations" })
      .getByRole("link", { name: new RegExp(ada.name) });
    await expect(row.getByText("1 unread")).toBeAttached();
    await row.click();
    await ben.expectMessage("Hello Ben, are you there?");
    await expect(row.getByText(/unread/)).toHaveCount(0);
  });

  await test.step("both write, both see it at once and in one order", async () => {
    await ben.say("Right here!");
    await ada.expectMessage("Right here!");
    await ada.say("First line\nsecond line");
    await ben.expectMessage("second line");
    await ben.say("That works 🎉");
    await ada.expectMessage("That works 🎉");
    expect(await textsIn(ada.page)).toEqual(await textsIn(ben.page));
  });

  await test.step("a reload keeps the session, the open chat and the history", async () => {
    await ada.page.reload();
    await ada.expectSignedIn();
    await ada.expectMessage("Hello Ben, are you there?");
    await ada.expectMessage("That works 🎉");
    await ada.say("Still here after a reload");
    await ben.expectMessage("Still here after a reload");
  });

  await test.step("what is written without a connection is sent when it returns, once", async () => {
    await ben.goOffline();
    const composer = ben.page.getByRole("textbox", { name: /Message to/ });
    await composer.fill("Written in a tunnel");
    await composer.press("Enter");
    await expect(ben.page.getByText("You're offline.")).toBeVisible();
    await expect(ben.message("Written in a tunnel").getByRole("img", { name: "Waiting to be sent" })).toBeVisible();
    await ada.say("Are you in a tunnel?");
    await ben.goOnline();
    await ada.expectMessage("Written in a tunnel");
    await ben.expectMessage("Are you in a tunnel?");
    await expect(ben.message("Written in a tunnel").getByRole("img", { name: STORED })).toBeVisible();
    await expect(ada.message("Written in a tunnel")).toHaveCount(1);
  });

  await test.step("signing out ends it, a wrong password says so, the right one brings everything back", async () => {
    await ada.signOut();
    await ada.page.reload();
    await expect(ada.page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
    await ada.signIn("not the right password");
    await expect(ada.page.getByRole("alert")).toContainText("isn't right");
    await ada.signIn();
    await ada.expectSignedIn();
    await ada.page.getByRole("link", { name: new RegExp(ben.name) }).click();
    await ada.expectMessage("Written in a tunnel");
  });
});
