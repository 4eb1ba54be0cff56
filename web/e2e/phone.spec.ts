// The client on a phone, by touch: nothing is wider than the screen, and every way leads back.

import { expect, type Locator, type Page } from "@playwright/test";
import { visit } from "./faults";
import { STORED } from "./person";
import { publicUrl } from "./stack";
import { test } from "./test";
import { town } from "./town";

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } as const;

test("a phone shows one thing at a time, all of it, and takes touch", async ({ browser }) => {
  const url = publicUrl();
  const { ada, direct, group, otherRoom, stranger } = await town(url);
  const context = await browser.newContext({ ...PHONE, storageState: ada.state, locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(url);
  const inbox = page.getByRole("navigation", { name: "Conversations" });
  const log = page.getByRole("log");

  await test.step("from the list into a chat, and back", async () => {
    await inbox.getByRole("link", { name: /Ben Okafor/ }).tap();
    await expect(log.getByText("Saturday, eight o'clock?")).toBeVisible();
    await expect(inbox).toBeHidden();
    await fits(page, "chat");
    await page.getByRole("link", { name: "Back to your conversations" }).tap();
    await expect(inbox.getByRole("link", { name: /Ben Okafor/ })).toBeVisible();
    await expect(log).toBeHidden();
    await inbox.getByRole("link", { name: /Ben Okafor/ }).tap();
  });

  await test.step("a message is sent by its button; Enter makes a new line", async () => {
    const composer = page.getByRole("textbox", { name: /Message to/ });
    await composer.tap();
    await page.keyboard.type("On my way");
    await page.keyboard.press("Enter");
    await page.keyboard.type("by tram, with a bag and averyverylongwordthatfitsnowhereatallonascreenofaphone");
    await page.getByRole("button", { name: "Send" }).tap();
    const sent = log.getByRole("article").filter({ hasText: "by tram" });
    await expect(sent.getByRole("img", { name: STORED })).toBeVisible();
    await fits(page, "a long word");
  });

  await test.step("holding a finger on a message opens what can be done with it", async () => {
    const menu = page.getByRole("menu", { name: "Message actions" });
    const own = log.locator("[data-index]").filter({ hasText: "On my way" });
    await hold(page, own.getByRole("article"), () => expect(menu).toBeVisible());
    // It stays when the finger is lifted.
    await menu.getByRole("menuitem", { name: "React with 👍" }).tap();
    await expect(own.getByRole("button", { name: "👍 by 1 person" })).toBeVisible();
  });

  await test.step("drawing a message aside answers it; letting go too early doesn't", async () => {
    const asked = log.getByRole("article").filter({ hasText: "Saturday, eight" });
    const answer = page.getByText("Reply to Ben Okafor");
    await draw(page, asked, 40);
    await expect(asked).toHaveCSS("translate", "none");
    await expect(answer).toBeHidden();
    await draw(page, asked, 110);
    await expect(answer).toBeVisible();
    await page.getByRole("button", { name: "Don't reply" }).tap();
    await expect(answer).toBeHidden();
  });

  await test.step("the details take the place of the chat, and give it back", async () => {
    await page.getByRole("button", { name: "Details" }).tap();
    const details = page.getByRole("complementary", { name: "About this person" });
    await expect(details).toBeVisible();
    await expect(log).toBeHidden();
    await fits(page, "details");
    await details.getByRole("button", { name: "Close the details" }).tap();
    await expect(log).toBeVisible();
  });

  await test.step("no other screen is wider than the phone, or has what can't be reached", async () => {
    const main = page.getByRole("main");
    const heading = (level: number) => main.getByRole("heading", { level });
    for (const [path, seen] of [
      ["/", inbox.getByRole("link", { name: /Ben Okafor/ })],
      ["/people", page.getByRole("listitem", { name: /asks to follow you/ })],
      ["/rooms", page.getByRole("link", { name: /Night trains/ }).first()],
      [`/people/${stranger.id}`, main.getByRole("heading", { name: stranger.name })],
      [`/c/${otherRoom}`, main.getByRole("button", { name: /Join/ })],
      [`/c/${group}?details=true`, main.getByRole("complementary").getByText("Cleo Martin")],
      [`/c/${direct}`, log.getByText("by tram")],
      ["/welcome", main.getByRole("heading", { name: /Welcome/ })],
      ["/settings", page.getByRole("link", { name: /Appearance/ })],
      ["/settings/profile", heading(1).filter({ hasText: "Profile" })],
      ["/settings/security", heading(1).filter({ hasText: "Sign-in and security" })],
      ["/settings/sessions", heading(1).filter({ hasText: "Devices" })],
      ["/settings/notifications", heading(1).filter({ hasText: "Notifications" })],
      ["/settings/appearance", heading(1).filter({ hasText: "Appearance" })],
    ] as const) {
      await visit(page, path);
      await expect(seen).toBeVisible();
      await fits(page, path);
    }
    await visit(page, "/");
    await page.getByRole("button", { name: "Start something new" }).tap();
    await page.getByRole("menuitem", { name: "New group" }).tap();
    await expect(page.getByRole("dialog", { name: "New group" }).getByText("Ben Okafor")).toBeVisible();
    await fits(page, "a new group");
  });
});

/** Nothing stands out of the screen to either side, neither of the page nor of anything in it that people can't scroll. */
async function fits(page: Page, screen: string): Promise<void> {
  const wide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const scrolls = document.documentElement.scrollWidth > width ? ["the page"] : [];
    // A row of chips is moved by a finger, and may go on beyond the edge.
    const held = (element: Element) => element.closest("[aria-hidden=true], .visually-hidden, [role=group]") !== null;
    const out = [
      ...document.querySelectorAll("button, a, input, textarea, select, h1, h2, h3, p, article, img"),
    ].filter((element) => {
      const { left, right, width: own } = element.getBoundingClientRect();
      return own > 1 && (right > width + 1 || left < -1) && !held(element);
    });
    return [...scrolls, ...out.map((element) => element.outerHTML.slice(0, 120))];
  });
  expect(wide, screen).toEqual([]);
}

/** So long a finger rests before it is lifted: else it flings, and Chromium takes the next tap for the end of the fling. */
const REST_MS = 150;

/** Draws it aside with a finger, by so many pixels, and lets go. */
async function draw(page: Page, target: Locator, by: number): Promise<void> {
  const box = await target.boundingBox();
  if (!box) throw new Error("there is nothing to draw");
  const touch = await page.context().newCDPSession(page);
  const at = (x: number) => [{ x: box.x + 30 + x, y: box.y + 12 }];
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0) });
  for (let x = 5; x <= by; x += 5)
    await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(x) });
  await page.waitForTimeout(REST_MS);
  await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(by) });
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
}

/** Keeps a finger on it until `then` holds. */
async function hold(page: Page, target: Locator, then: () => Promise<void>): Promise<void> {
  const box = await target.boundingBox();
  if (!box) throw new Error("there is nothing to hold");
  const touch = await page.context().newCDPSession(page);
  const touchPoints = [{ x: box.x + box.width / 2, y: box.y + 12 }];
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints });
  await then();
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
}
