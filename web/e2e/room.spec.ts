// A public room: made, found in the directory, joined, talked in and left; and somebody who is shown the door.

import { expect } from "@playwright/test";
import { Person } from "./person";
import { type Actor, enrol } from "./scene";
import { freshName, publicUrl } from "./stack";
import { test } from "./test";

test("a room is made, found, joined, talked in and left; who is removed stays out", async ({ browser }) => {
  const url = publicUrl();
  const [keeper, visitor, trouble] = (await Promise.all(
    ["Ada Holm", "Ben Okafor", "Cem Kaya"].map((name) => enrol(url, name)),
  )) as [Actor, Actor, Actor];
  const title = `Sailing ${freshName("room")}`;
  const [ada, ben] = await Promise.all([
    Person.enter(browser, url, keeper),
    Person.enter(browser, url, visitor, "/rooms"),
  ]);
  const chatOf = (person: Person) => person.page.getByRole("region", { name: `Chat with ${title}` });
  const details = ada.page.getByRole("complementary", { name: "About this room" });

  await test.step("Ada makes it from the palette, with a topic", async () => {
    await ada.page.keyboard.press("Control+k");
    await ada.page.getByRole("combobox", { name: "Go to or do" }).fill("new room");
    await ada.page.keyboard.press("Enter");
    const dialog = ada.page.getByRole("dialog", { name: "New room" });
    await dialog.getByRole("button", { name: "Create room" }).click();
    await expect(dialog.getByText("A room needs a name.")).toBeVisible();
    await dialog.getByLabel("Name").fill(title);
    await dialog.getByLabel("Topic").fill("Winds, knots and harbours");
    await dialog.getByRole("button", { name: "Create room" }).click();
    await expect(chatOf(ada)).toBeVisible();
    await ada.say("Welcome aboard");
  });

  await test.step("Ben finds it in the directory, sees what it is about, and joins", async () => {
    await ben.page.getByRole("searchbox", { name: "Search rooms" }).fill(title);
    await ben.page.getByRole("region", { name: "Room directory" }).getByRole("link", { name: title }).click();
    const preview = ben.page.getByRole("article", { name: title });
    await expect(preview).toContainText("Winds, knots and harbours");
    await expect(preview).toContainText("1 member");
    await preview.getByRole("button", { name: `Join ${title}` }).click();
    await ben.expectMessage("Welcome aboard");
  });

  await test.step("they talk, and see how many are there", async () => {
    await ben.say("Glad to be here");
    await ada.expectMessage("Glad to be here");
    await expect(chatOf(ada).getByText("2 members · 2 online")).toBeVisible();
    await expect(chatOf(ben).getByText("2 members · 2 online")).toBeVisible();
  });

  await test.step("Ben leaves, and could come back", async () => {
    await ben.page.getByRole("button", { name: "Details" }).click();
    await ben.page.getByRole("button", { name: "Leave", exact: true }).click();
    await ben.page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
    await expect(chatOf(ben)).toHaveCount(0);
    await expect(chatOf(ada).getByText("1 member")).toBeVisible();
  });

  await test.step("Cem joins, is removed, sees it at once and does not get in again", async () => {
    const id = new URL(ada.page.url()).pathname.split("/").at(-1);
    const cem = await Person.enter(browser, url, trouble, `/rooms/${id}`);
    await cem.page.getByRole("button", { name: `Join ${title}` }).click();
    await cem.say("First!");
    await ada.page.getByRole("button", { name: "Details" }).click();
    await details.getByRole("button", { name: "What to do with Cem Kaya" }).click();
    await ada.page.getByRole("menuitem", { name: "Remove" }).click();
    await ada.page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await expect(cem.page.getByRole("alert")).toContainText(`You were removed from ${title}`);
    await expect(cem.page.getByRole("textbox", { name: /Message to/ })).toHaveCount(0);
    await cem.page.reload();
    await cem.page.getByRole("button", { name: `Join ${title}` }).click();
    await expect(cem.page.getByRole("alert")).toContainText("You can't join this room again on your own.");
  });
});
