// Without a connection: the client opens, shows what was there and takes what is written; with it all is sent, once and
// in order. What was kept is gone with the session.

import { readFile } from "node:fs/promises";
import { expect } from "@playwright/test";
import { Network } from "./network";
import { Person, STORED } from "./person";
import { talk, tell, twoConnected } from "./scene";
import { publicUrl } from "./stack";
import { test } from "./test";

/** The clock: the first of several waits, the others wait for it. */
const CLOCK = /^(Waiting to be sent|Sending)$/;

test("a client that is opened without a connection can be read and written in", async ({ browser }) => {
  const url = publicUrl();
  const { ada, ben } = await twoConnected(url);
  const chat = await talk(ada, ben, [[ben, "The train goes at seven"]]);
  const network = await Network.open();
  const person = await Person.enter(browser, url, ada, `/c/${chat}`, { proxy: network.proxy });
  const { page } = person;
  const composer = page.getByRole("textbox", { name: /Message to/ });
  const write = async (text: string) => {
    await composer.fill(text);
    await composer.press("Enter");
    await expect(person.message(text).getByRole("img", { name: CLOCK })).toBeVisible();
  };
  const goOffline = async () => {
    network.cut();
    await page.context().setOffline(true);
    await expect(page.getByText("You're offline.")).toBeVisible();
  };

  await test.step("the connection is cut while one chats", async () => {
    await person.expectMessage("The train goes at seven");
    await person.say("I'm on it");
    // From here on the page can be loaded without the server.
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await goOffline();
    await write("First tunnel");
    await write("Second tunnel");
  });

  await test.step("a reload shows it all again, and takes more", async () => {
    await tell(ben, chat, "Where are you now?");
    await page.reload();
    await expect(page.getByText("You're offline.")).toBeVisible();
    await person.expectMessage("The train goes at seven");
    await person.expectMessage("I'm on it");
    for (const text of ["First tunnel", "Second tunnel"])
      await expect(person.message(text).getByRole("img", { name: CLOCK })).toBeVisible();
    const inbox = page.getByRole("navigation", { name: "Conversations" });
    await expect(inbox.getByRole("link", { name: /Ben Okafor/ })).toBeVisible();
    await write("Third tunnel");
  });

  await test.step("back again, each is sent once, in order, and what was missed is there", async () => {
    network.mend();
    await page.context().setOffline(false);
    for (const text of ["First tunnel", "Second tunnel", "Third tunnel"])
      await expect(person.message(text).getByRole("img", { name: STORED })).toBeVisible();
    await person.expectMessage("Where are you now?");
    await expect(page.getByText("You're offline.")).toBeHidden();
    const { items } = await (await ben.api.get(`/v1/conversations/${chat}/messages`)).json();
    const bodies = items.map((item: { body: string }) => item.body);
    expect(bodies.slice(2)).toEqual(["Where are you now?", "First tunnel", "Second tunnel", "Third tunnel"]);
  });

  await test.step("a session that was ended meanwhile leads to the sign-in, and leaves nothing", async () => {
    await goOffline();
    expect((await ada.api.post("/v1/auth/logout")).status()).toBe(204);
    await page.reload();
    await person.expectMessage("Third tunnel");
    network.mend();
    await page.context().setOffline(false);
    await expect(page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
    await expect.poll(() => page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
  });
  network.close();
});

test("a file that breaks off half way is sent again, and comes once", async ({ browser }) => {
  const url = publicUrl();
  const { ada, ben } = await twoConnected(url);
  const chat = await talk(ada, ben, [[ben, "Have you got the map?"]]);
  const network = await Network.open();
  const sender = await Person.enter(browser, url, ada, `/c/${chat}`, { proxy: network.proxy });
  const reader = await Person.enter(browser, url, ben, `/c/${chat}`);
  const map = { name: "map.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(8_000_000, "harbour") };
  const { page } = sender;
  const progress = page.getByRole("progressbar", { name: "map.bin is on its way" });

  await test.step("the connection is cut while it is on its way", async () => {
    const devtools = await page.context().newCDPSession(page);
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 2_000_000 };
    await devtools.send("Network.emulateNetworkConditions", slow);
    await page.getByLabel("Attach files").and(page.locator("input")).setInputFiles(map);
    await page.getByRole("textbox", { name: /Message to/ }).fill("Here it is");
    await page.keyboard.press("Enter");
    await expect.poll(() => progress.evaluate((bar: HTMLProgressElement) => bar.value)).toBeGreaterThan(0.2);
    network.cut();
    await expect(page.getByRole("log").getByText("Waiting for the connection")).toBeVisible();
    await expect(reader.message("Here it is")).toHaveCount(0);
    await devtools.detach();
  });

  await test.step("with it again the whole file comes", async () => {
    network.mend();
    const link = reader.message("Here it is").getByRole("link", { name: "Download map.bin" });
    await expect(link).toBeVisible({ timeout: 30_000 });
    const download = reader.page.waitForEvent("download");
    await link.click();
    expect((await readFile(await (await download).path())).equals(map.buffer)).toBe(true);
    await expect(reader.message("Here it is")).toHaveCount(1);
    await expect(progress).toHaveCount(0);
    await expect(sender.message("Here it is")).toHaveCount(1);
    network.close();
  });
});
