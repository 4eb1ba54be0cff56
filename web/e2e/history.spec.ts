// What is read stays where it is when older messages come in above it, the page holds only what is in sight, and Home
// leads straight to the first message. How fast a very long history scrolls is measured by `npm run scroll`.

import { expect, type Page } from "@playwright/test";
import { Person } from "./person";
import { enrol, gather, tell } from "./scene";
import { publicUrl } from "./stack";
import { test } from "./test";

/** As many as each may say at once; the latest page holds 50. */
const EACH = 20;
const NAMES = ["Ada Holm", "Ben Okafor", "Cleo Martin", "Mona Lind"];
const PLACE_PX = 2;

test("older messages come in above without moving what is read", async ({ browser }) => {
  const url = publicUrl();
  const people = await Promise.all(NAMES.map((name) => enrol(url, name)));
  const [ada, ...others] = people;
  if (!ada) throw new Error("nobody is there");
  const room = await gather(ada, "room", [], "Harbour watch");
  await Promise.all(others.map(({ api }) => api.post(`/v1/conversations/${room}/join`)));
  await Promise.all(
    people.map(async (speaker) => {
      for (let line = 1; line <= EACH; line++) await tell(speaker, room, `${speaker.name}, line ${line}`);
    }),
  );
  const { page } = await Person.enter(browser, url, ada);
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/\/messages\?.*before=/, async (route) => {
    await released;
    await route.continue();
  });
  await page.getByRole("link", { name: /Harbour watch/ }).click();
  const log = page.getByRole("log");
  await expect(log.getByRole("article").first()).toBeVisible();
  await expect(page.getByText("Loading older messages")).toBeVisible();
  await log.evaluate((box) => box.scrollTo({ top: 0 }));
  await expect.poll(() => log.evaluate((box) => box.scrollTop)).toBe(0);
  const text = await textInSight(page);
  const before = await topOf(page, text);
  release();
  await expect.poll(() => log.evaluate((box) => box.scrollTop)).toBeGreaterThan(0);
  await expect(page.getByText("Loading older messages")).toBeHidden();
  expect(Math.abs((await topOf(page, text)) - before)).toBeLessThanOrEqual(PLACE_PX);
  expect(await log.getByRole("article").count()).toBeLessThan(people.length * EACH);

  // Straight to the first message and back, although what lies between does not come.
  await page.unrouteAll();
  await page.route(/\/messages\?.*(before|after)=/, (route) => route.abort());
  await page.reload();
  await expect(page.getByText("Older messages didn't load.")).toBeVisible();
  await log.focus();
  await page.keyboard.press("Home");
  await expect(log.getByRole("article").first()).toBeFocused();
  await expect(log.getByRole("article").first()).toContainText("line 1");
  await page.keyboard.press("End");
  await expect(log.getByRole("article").last()).toBeFocused();
  await expect(log.getByRole("article").last()).toContainText(`line ${EACH}`);
});

/** The first message that begins in sight. */
function textInSight(page: Page): Promise<string> {
  return page.getByRole("log").evaluate((box) => {
    const top = box.getBoundingClientRect().top;
    const seen = [...box.querySelectorAll("article")].find((article) => article.getBoundingClientRect().top > top);
    return seen?.querySelector("p")?.firstChild?.textContent ?? "";
  });
}

async function topOf(page: Page, text: string): Promise<number> {
  const said = page
    .getByRole("log")
    .getByRole("article")
    .filter({ hasText: new RegExp(`${text}\\s*\\d\\d:\\d\\d`) });
  const box = await said.locator("p").boundingBox();
  if (!box) throw new Error(`"${text}" is not in sight`);
  return box.y;
}
