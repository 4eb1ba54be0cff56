// Redis falls silent: who is online can't be told, which the page says; the chat goes on. It heals by itself.

import { expect } from "@playwright/test";
import { Person } from "./person";
import { talk, tell, twoConnected } from "./scene";
import { withoutRedis } from "./servers";
import { publicUrl } from "./stack";
import { test } from "./test";

test("without Redis one chats on, and is told what is missing", async ({ browser }) => {
  const url = publicUrl();
  const { ada, ben } = await twoConnected(url);
  const chat = await talk(ada, ben, [[ben, "Are you there?"]]);
  const person = await Person.enter(browser, url, ada, `/c/${chat}`);
  const { page } = person;
  const banner = page.getByRole("status").filter({ hasText: "Who is online can't be shown for the moment." });
  await person.expectMessage("Are you there?");
  await expect(banner).toBeHidden();

  await withoutRedis(async () => {
    await expect(banner).toBeVisible({ timeout: 20_000 });
    await person.say("I am, whatever it says");
    await tell(ben, chat, "So I see");
    await person.expectMessage("So I see");
  });
  await expect(banner).toBeHidden({ timeout: 20_000 });
  await person.say("All well again");
});
