// A new version of the client is put up while somebody has the page open: they are told, and load it when they like.

import { expect } from "@playwright/test";
import { Network } from "./network";
import { Person } from "./person";
import { enrol } from "./scene";
import { publicUrl } from "./stack";
import { test } from "./test";

test("a new version is offered to whoever has the page open, and loaded on a click", async ({ browser }) => {
  const url = publicUrl();
  const network = await Network.open();
  const person = await Person.enter(browser, url, await enrol(url, "Ada Holm"), "/", { proxy: network.proxy });
  const { page } = person;
  const kept = () => page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("pulse-shell-")));
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  const before = await kept();
  expect(before).toHaveLength(1);

  network.rewrite("/service-worker.js", (text) => text.replaceAll(/"version":"\w+"/g, '"version":"next"'));
  // As when the person comes back to the tab.
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await expect(page.getByText("A new version is ready.")).toBeVisible();

  await page.evaluate(() => Object.assign(window, { isOld: true }));
  await page.getByRole("button", { name: "Load it" }).click();
  await page.waitForFunction(() => !("isOld" in window));
  await person.expectSignedIn();
  await expect(page.getByText("A new version is ready.")).toBeHidden();
  await expect.poll(kept).toEqual(["pulse-shell-next"]);
  network.close();
});
