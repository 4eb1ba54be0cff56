// The life of a group: made, named, talked in; people come, go and are made more of; handed over, left, closed.

import { expect, type Page } from "@playwright/test";
import { Person } from "./person";
import { type Actor, connect, enrol, gather } from "./scene";
import { gatewayUrls } from "./stack";
import { test } from "./test";

/** Who became a member at one time stands in no order. */
const NAMELESS = /Cem Kaya, Dora Silva|Dora Silva, Cem Kaya/;

const rowOf = (page: Page, name: string | RegExp) =>
  page.getByRole("navigation", { name: "Conversations" }).getByRole("link", { name });
const detailsOf = (page: Page) => page.getByRole("complementary", { name: "About this group" });

/** Chooses from the menu of one member in the open details. */
async function withMember(page: Page, name: string, action: string): Promise<void> {
  await detailsOf(page)
    .getByRole("button", { name: `What to do with ${name}` })
    .click();
  await page.getByRole("menuitem", { name: action }).click();
}

const confirm = (page: Page, button: string) => page.getByRole("dialog").getByRole("button", { name: button }).click();

test("a group is made, talked in, looked after, handed over and closed", async ({ browser }) => {
  const { first, last } = gatewayUrls();
  const [owner, second, third, fourth] = (await Promise.all(
    ["Ada Holm", "Ben Okafor", "Cem Kaya", "Dora Silva"].map((name) => enrol(first, name)),
  )) as [Actor, Actor, Actor, Actor];
  await Promise.all([second, third, fourth].map((friend) => connect(owner, friend)));
  await gather(owner, "group", [third, fourth]);
  const [ada, ben] = await Promise.all([
    Person.enter(browser, first, owner),
    Person.enter(browser, last, { ...second, state: moved(second, last) }),
  ]);
  const details = detailsOf(ada.page);

  await test.step("a group without a name is called after its members, and found by them", async () => {
    await expect(rowOf(ada.page, NAMELESS)).toBeVisible();
    await ada.page.keyboard.press("/");
    await ada.page.getByRole("searchbox").fill("dora");
    const found = ada.page.getByRole("region", { name: "Your conversations" });
    await expect(found.getByRole("link", { name: NAMELESS })).toBeVisible();
    await ada.page.keyboard.press("Escape");
  });

  await test.step("Ada makes one with a name; the others have it at once", async () => {
    await ada.page.getByRole("button", { name: "Start something new" }).click();
    await ada.page.getByRole("menuitem", { name: "New group" }).click();
    const dialog = ada.page.getByRole("dialog", { name: "New group" });
    await dialog.getByLabel("Name").fill("Harbour walk");
    await dialog.getByRole("checkbox", { name: /Ben Okafor/ }).check();
    await dialog.getByRole("checkbox", { name: /Cem Kaya/ }).check();
    await dialog.getByRole("button", { name: "Create group" }).click();
    await expect(ada.page.getByRole("region", { name: "Chat with Harbour walk" })).toBeVisible();
    await expect(ada.page).toHaveTitle("Harbour walk – PulseChat");
    await expect(rowOf(ben.page, /Harbour walk/)).toBeVisible();
  });

  await test.step("a mention is completed while it is typed, and stands out for whom it means", async () => {
    const composer = ada.page.getByRole("textbox", { name: "Message to Harbour walk" });
    await composer.pressSequentially("Who brings the map, @be");
    await ada.page.getByRole("option", { name: /Ben Okafor/ }).waitFor();
    await composer.press("Enter");
    await expect(composer).toHaveValue(`Who brings the map, @${second.username} `);
    await composer.press("Enter");
    const row = rowOf(ben.page, /Harbour walk/);
    await expect(row.getByText("You were mentioned")).toBeAttached();
    await row.click();
    await expect(ben.message("Who brings the map").getByRole("link", { name: `@${second.username}` })).toBeVisible();
    await expect(row.getByText("You were mentioned")).toHaveCount(0);
  });

  const id = new URL(ada.page.url()).pathname.split("/").at(-1) ?? "";
  await test.step("Ada sees who has read it", async () => {
    const tick = ada.message("Who brings the map").getByRole("img");
    await expect(tick.locator("title")).toHaveText("Read by 1 of 2");
    await third.api.put(`/v1/conversations/${id}/read`, { data: { seq: 99 } });
    await expect(tick.locator("title")).toHaveText("Read by 2 of 2");
    await ada.message("Who brings the map").hover();
    await ada.page.getByRole("toolbar", { name: "Message actions" }).getByRole("button", { name: "More" }).click();
    await ada.page.getByRole("menuitem", { name: "Message info" }).click();
    const readers = ada.page.getByRole("region", { name: "Read by" });
    await expect(readers.getByText("Ben Okafor")).toBeVisible();
    await expect(readers.getByText("Cem Kaya")).toBeVisible();
    await ada.page.keyboard.press("Escape");
  });

  await test.step("she gives it another name, and Ben a say", async () => {
    await ada.page.getByRole("button", { name: "Details" }).click();
    await details.getByRole("button", { name: "Edit name and topic" }).click();
    await ada.page.getByRole("dialog").getByLabel("Name").fill("Harbour and hills");
    await ada.page.getByRole("button", { name: "Save" }).click();
    await expect(ben.page.getByRole("region", { name: "Chat with Harbour and hills" })).toBeVisible();
    await expect(ben.page.getByRole("log").getByText("Ada Holm changed the name to “Harbour and hills”")).toBeVisible();
    await withMember(ada.page, "Ben Okafor", "Make admin");
    await expect(ben.page.getByRole("log").getByText("Ada Holm made you an admin")).toBeVisible();
    await expect(details.getByRole("listitem").filter({ hasText: "Ben Okafor" }).getByText("Admin")).toBeVisible();
  });

  await test.step("somebody is added, somebody removed, who sees at once why they can't write", async () => {
    await details.getByRole("button", { name: "Add people" }).click();
    await ada.page
      .getByRole("dialog")
      .getByRole("checkbox", { name: /Dora Silva/ })
      .check();
    await ada.page.getByRole("dialog").getByRole("button", { name: "Add 1 person" }).click();
    await expect(details.getByText("Dora Silva", { exact: true })).toBeVisible();
    await withMember(ada.page, "Ben Okafor", "Remove");
    await confirm(ada.page, "Remove");
    await expect(ben.page.getByRole("alert")).toContainText("You were removed from Harbour and hills");
    await expect(ben.page.getByRole("textbox", { name: /Message to/ })).toHaveCount(0);
    await expect(rowOf(ben.page, /Harbour/)).toHaveCount(0);
  });

  await test.step("added again, he is back where he was", async () => {
    await details.getByRole("button", { name: "Add people" }).click();
    await ada.page
      .getByRole("dialog")
      .getByRole("checkbox", { name: /Ben Okafor/ })
      .check();
    await ada.page.getByRole("dialog").getByRole("button", { name: "Add 1 person" }).click();
    await ben.expectMessage("Who brings the map");
    await ben.say("Here again, with the map");
    await ada.expectMessage("Here again, with the map");
  });

  await test.step("the owner can't just leave: she hands over first", async () => {
    await details.getByRole("button", { name: "Leave", exact: true }).click();
    await expect(ada.page.getByRole("dialog")).toContainText("Make somebody else the owner first");
    await ada.page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
    await withMember(ada.page, "Ben Okafor", "Make owner");
    await confirm(ada.page, "Make owner");
    await expect(ben.page.getByRole("log").getByText("Ada Holm made you the owner")).toBeVisible();
    await details.getByRole("button", { name: "Leave", exact: true }).click();
    await confirm(ada.page, "Leave");
    await expect(rowOf(ada.page, /Harbour/)).toHaveCount(0);
    await expect(ben.page.getByRole("log").getByText("Ada Holm left")).toBeVisible();
  });

  await test.step("the new owner closes it: it can be read, not written, until he opens it again", async () => {
    await ben.page.getByRole("button", { name: "Details" }).click();
    await detailsOf(ben.page).getByRole("button", { name: "Close the conversation" }).click();
    await confirm(ben.page, "Close the conversation");
    const chat = ben.page.getByRole("region", { name: "Chat with Harbour and hills" });
    await expect(chat.getByText("This conversation is closed. You can still read it.")).toBeVisible();
    await detailsOf(ben.page).getByRole("button", { name: "Open it again" }).click();
    await ben.say("Open again");
  });
});

/** The same session, at another gateway. */
function moved({ state }: Actor, url: string): Actor["state"] {
  return { ...state, origins: state.origins.map((origin) => ({ ...origin, origin: new URL(url).origin })) };
}
