// A message of another chat while one chats: told at once inside the page, counted in the title, opened and answered from
// there, and gone in every tab as soon as it is read in one.

import { expect, type Page } from "@playwright/test";
import { Person } from "./person";
import { type Actor, connect, enrol, talk, tell } from "./scene";
import { publicUrl } from "./stack";
import { test } from "./test";

const noticesOf = (page: Page) => page.getByRole("region", { name: "Notices" });

/** Sooner than a notice goes by itself. */
const isGone = (page: Page) => expect(noticesOf(page).getByRole("button")).toHaveCount(0, { timeout: 3_000 });

/** What was said last in a conversation, as somebody in it sees it. */
async function lastSaid(actor: Actor, conversationId: string): Promise<string> {
  const page = await (await actor.api.get(`/v1/conversations/${conversationId}/messages?limit=1`)).json();
  return page.items[0].body;
}

/** How somebody is seen by another. */
async function statusOf(person: Actor, by: Actor): Promise<string> {
  const answer = await by.api.post("/v1/presence/query", { data: { user_ids: [person.id] } });
  return (await answer.json()).presences[0]?.status;
}

test("a message of another chat is told at once, opened, answered and counted", async ({ browser }) => {
  const url = publicUrl();
  const [ada, ben, cem] = (await Promise.all(
    ["Ada Holm", "Ben Okafor", "Cem Kaya"].map((name) => enrol(url, name)),
  )) as [Actor, Actor, Actor];
  await Promise.all([connect(ada, ben), connect(cem, ada)]);
  const withBen = await talk(ada, ben, [[ada, "Shall we begin?"]]);
  const withCem = await talk(ada, cem, [[ada, "Good morning, Cem"]]);
  const person = await Person.enter(browser, url, ada, `/c/${withBen}`);
  const { page } = person;
  await person.expectMessage("Shall we begin?");
  const second = await page.context().newPage();
  await second.goto(`${url}/c/${withBen}`);
  await expect(second.getByRole("log").getByText("Shall we begin?")).toBeVisible();
  await expect(page).toHaveTitle("Ben Okafor – PulseChat");
  const notices = noticesOf(page);

  await test.step("it shows who wrote what, and the title counts, in both tabs", async () => {
    await tell(cem, withCem, "The **ferry** leaves at nine");
    for (const tab of [page, second]) {
      await expect(noticesOf(tab).getByRole("button", { name: "Cem Kaya The ferry leaves at nine" })).toBeVisible();
      await expect(tab).toHaveTitle("(1) Ben Okafor – PulseChat");
    }
  });

  await test.step("a click opens that chat; read there, it is gone everywhere", async () => {
    await notices.getByRole("button", { name: "Cem Kaya The ferry" }).click();
    await expect(page.getByRole("region", { name: "Chat with Cem Kaya" })).toBeVisible();
    await person.expectMessage("The ferry leaves at nine");
    await expect(page).toHaveTitle("Cem Kaya – PulseChat");
    await isGone(page);
    await expect(second).toHaveTitle("Ben Okafor – PulseChat");
    await isGone(second);
    await person.say("I'll be there");
    expect(await lastSaid(cem, withCem)).toBe("I'll be there");
  });

  await test.step("an answer can be written on the spot, without leaving the open chat", async () => {
    await second.close();
    await tell(ben, withBen, "And the harbour after that?");
    await notices.getByRole("button", { name: "Reply" }).click();
    await notices.getByRole("textbox", { name: "Reply to Ben Okafor" }).fill("Gladly");
    await page.keyboard.press("Enter");
    await isGone(page);
    await expect.poll(() => lastSaid(ben, withBen)).toBe("Gladly");
    await expect(page.getByRole("region", { name: "Chat with Cem Kaya" })).toBeVisible();
    await expect(page).toHaveTitle("Cem Kaya – PulseChat");
  });

  await test.step("nothing pops up while Ada does not want to be disturbed", async () => {
    await page.getByRole("button", { name: /Your account/ }).click();
    await page.getByRole("menuitem", { name: "Do not disturb" }).click();
    await page.getByRole("menuitem", { name: "Until I change it" }).click();
    await expect(page.getByRole("menu")).toHaveCount(0);
    await expect.poll(() => statusOf(ada, ben)).toBe("dnd");
    await tell(ben, withBen, "Are you busy?");
    // What comes later has been seen by then, so the notice would be there.
    await tell(cem, withCem, "See you at the pier");
    await person.expectMessage("See you at the pier");
    await expect(page).toHaveTitle("(1) Cem Kaya – PulseChat");
    expect(await notices.getByRole("button").count()).toBe(0);
  });
});
