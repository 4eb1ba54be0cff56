// Behind a proxy that lets no WebSocket through, and then no stream either: messages come and go all the same.

import { expect } from "@playwright/test";
import { Network } from "./network";
import { Person } from "./person";
import { talk, tell, twoConnected } from "./scene";
import { publicUrl } from "./stack";
import { test } from "./test";

test("messages come at once where WebSockets are blocked, and where streams are too", async ({ browser }) => {
  const url = publicUrl();
  const { ada, ben } = await twoConnected(url);
  const chat = await talk(ada, ben, [[ben, "Is it the office network?"]]);
  const network = await Network.open();
  network.refusesSockets = true;
  const person = await Person.enter(browser, url, ada, "/settings/about", { proxy: network.proxy });
  const { page } = person;
  const arrives = async (text: string) => {
    await tell(ben, chat, text);
    await expect(person.message(text)).toBeVisible({ timeout: 3_000 });
  };
  /** Sees on the page about the client how it is connected, and goes to the chat. */
  const connectedBy = async (transport: string) => {
    await page.getByRole("button", { name: "Connection details" }).click();
    await expect(page.getByRole("dialog").getByText(transport)).toBeVisible();
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Back to your conversations" }).click();
    await page.getByRole("link", { name: /Ben Okafor/ }).click();
    await expect(page.getByRole("log").getByRole("article").first()).toBeVisible();
  };

  await test.step("by an event stream", async () => {
    await connectedBy("Event stream");
    await arrives("It comes as a stream");
    await person.say("And this goes by REST");
  });

  await test.step("by long polling, where a proxy holds streams back", async () => {
    network.holdsStreams = true;
    await page.goto(`${url}/settings/about`);
    await connectedBy("Long polling");
    await arrives("It comes although the stream is held back");
    const { presences } = await (await ben.api.post("/v1/presence/query", { data: { user_ids: [ada.id] } })).json();
    expect(presences[0].status).toBe("online");
  });

  await test.step("by long polling, where streams are refused", async () => {
    network.refusesStreams = true;
    await page.goto(`${url}/settings/about`);
    await connectedBy("Long polling");
    await arrives("It comes as an answer");
    await person.say("So does mine");
  });
  network.close();
});
