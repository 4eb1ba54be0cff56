// What keeps the client live: one socket for all tabs, and the lead passed on.

import { type Browser, expect, type Page } from "@playwright/test";
import { visit } from "./faults";
import { Person } from "./person";
import { talk, tell, twoConnected } from "./scene";
import { publicUrl } from "./stack";
import { test } from "./test";

/** Two people who are connected, each at their own browser, in the chat with one another. */
async function twoInAChat(browser: Browser, names: [string, string]): Promise<{ ada: Person; ben: Person }> {
  const url = publicUrl();
  const ada = await Person.open(await browser.newContext(), url, names[0]);
  const ben = await Person.open(await browser.newContext(), url, names[1]);
  await ada.signUp();
  await ben.signUp();
  await ada.find(ben);
  await ada.page.getByRole("button", { name: `Follow ${ben.name}` }).click();
  const request = ben.page.getByRole("listitem", { name: `${ada.name} asks to follow you` });
  await request.getByRole("button", { name: "Accept and follow back" }).click();
  await ada.page.getByRole("button", { name: `Message ${ben.name}` }).click();
  await expect(ada.page.getByRole("region", { name: `Chat with ${ben.name}` })).toBeVisible();
  return { ada, ben };
}

const socketsOf = (page: Page): string[] => {
  const urls: string[] = [];
  page.on("websocket", (socket) => urls.push(socket.url()));
  return urls;
};
const shows = (page: Page, body: string) => expect(page.getByRole("log").getByText(body)).toBeVisible();

test("tabs share one socket, and the next one takes over when the first closes", async ({ browser }) => {
  const { ada, ben } = await twoInAChat(browser, ["Ida Lund", "Omar Saleh"]);
  await ada.say("From the first tab");
  const second = await ada.page.context().newPage();
  const sockets = socketsOf(second);
  await second.goto(ada.page.url());
  await shows(second, "From the first tab");
  await ben.page
    .getByRole("link", { name: new RegExp(ada.name) })
    .first()
    .click();
  await ben.say("To both tabs");
  await shows(ada.page, "To both tabs");
  await shows(second, "To both tabs");
  expect(sockets.filter((url) => url.includes("/v1/ws"))).toEqual([]);

  await ada.page.close();
  await expect.poll(() => sockets.filter((url) => url.includes("/v1/ws")).length).toBe(1);
  await ben.say("To the tab that is left");
  await shows(second, "To the tab that is left");
});

test("a message with marks does not wait for their parser, and is drawn anew when that is there", async ({
  browser,
}) => {
  const { ada, ben } = await twoConnected(publicUrl());
  const id = await talk(ada, ben, [[ben, "No marks so far"]]);
  const { page } = await Person.enter(browser, publicUrl(), ada, "/", { serviceWorkers: "block" });
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/markdown-parser/, async (route) => {
    await released;
    await route.continue();
  });
  await visit(page, `/c/${id}`);
  await shows(page, "No marks so far");
  await tell(ben, id, "Now **with** marks");
  await shows(page, "Now **with** marks");
  release();
  await expect(page.getByRole("log").getByRole("strong")).toHaveText("with");
});
