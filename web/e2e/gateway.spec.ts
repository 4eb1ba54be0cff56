// Gateways that die while one chats: the browser comes back by itself, to whichever there is, and nothing is lost.

import { expect } from "@playwright/test";
import { Person, STORED, textsIn } from "./person";
import { talk, twoConnected } from "./scene";
import { allGatewaysReady, gatewayWithSockets, withoutGateways } from "./servers";
import { publicUrl } from "./stack";
import { test } from "./test";

test("a chat survives the death of its gateway, and of all gateways", async ({ browser }) => {
  const url = publicUrl();
  const { ada, ben } = await twoConnected(url);
  const chat = await talk(ada, ben, [[ben, "Is this line steady?"]]);
  const person = await Person.enter(browser, url, ada, `/c/${chat}`);
  const { page } = person;
  const banner = page.getByRole("status").filter({ hasText: /Connection lost|Reconnecting/ });
  const write = async (text: string) => {
    const composer = page.getByRole("textbox", { name: /Message to/ });
    await composer.fill(text);
    await composer.press("Enter");
  };
  /** Repeats as long as there is no answer, under one `client_id`, as every client does. */
  const benSays = async (body: string) => {
    const data = { client_id: crypto.randomUUID(), body };
    const once = async () =>
      expect((await ben.api.post(`/v1/conversations/${chat}/messages`, { data })).ok()).toBe(true);
    await expect(once).toPass({ timeout: 20_000 });
  };
  await person.expectMessage("Is this line steady?");
  await person.say("So far it is");

  await test.step("the gateway of this browser is killed: it goes on at the other one", async () => {
    const place = await gatewayWithSockets();
    await withoutGateways([place], async () => {
      await write("Said into the gap");
      await expect.poll(gatewayWithSockets).toBe(1 - place);
    });
    await benSays("And answered out of it");
    await person.expectMessage("And answered out of it");
    await expect(person.message("Said into the gap").getByRole("img", { name: STORED })).toBeVisible();
    await allGatewaysReady();
  });

  await test.step("all are killed: the banner says so, and goes when they are back", async () => {
    await withoutGateways([0, 1], async () => {
      await expect(banner).toBeVisible({ timeout: 20_000 });
      await write("Said to nobody");
    });
    await expect(banner).toBeHidden({ timeout: 30_000 });
    await expect(person.message("Said to nobody").getByRole("img", { name: STORED })).toBeVisible();
    await benSays("Back again");
    await person.expectMessage("Back again");
  });

  await test.step("nothing is lost, nothing is there twice, and both see one order", async () => {
    const { items } = await (await ben.api.get(`/v1/conversations/${chat}/messages`)).json();
    const stored: string[] = items.map((item: { body: string }) => item.body);
    expect([...stored].sort()).toEqual(
      [
        "And answered out of it",
        "Back again",
        "Is this line steady?",
        "Said into the gap",
        "Said to nobody",
        "So far it is",
      ].sort(),
    );
    expect(await textsIn(page)).toEqual(stored);
  });
  await allGatewaysReady();
});
