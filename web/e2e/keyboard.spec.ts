// A chat without a mouse: from signing in to the way back to the list, with the focus in sight all the way.

import { expect, type Locator, type Page } from "@playwright/test";
import { PASSWORD, STORED } from "./person";
import { connect, enrol, talk } from "./scene";
import { publicUrl } from "./stack";
import { test } from "./test";

test("everything in a chat is done by keyboard, and the focus is never lost", async ({ browser }) => {
  const url = publicUrl();
  const ada = await enrol(url, "Ada Holm");
  const ben = await enrol(url, "Ben Okafor");
  const cleo = await enrol(url, "Cleo Martin");
  await connect(ada, ben);
  await connect(ada, cleo);
  await talk(ada, cleo, [[cleo, "See you tomorrow"]]);
  await talk(ada, ben, [
    [ben, "Shall we meet at the harbour?"],
    [ben, "At eight?"],
  ]);
  const page = await (await browser.newContext({ locale: "en-GB" })).newPage();
  const keys = new Keys(page);
  const log = page.getByRole("log");
  const message = (text: string) => log.getByRole("article").filter({ hasText: text });
  const composer = page.getByRole("textbox", { name: /Message to Ben/ });

  await test.step("signs in", async () => {
    await page.goto(url);
    await expect(page.getByLabel("Username or email")).toBeFocused();
    await keys.type(ada.username);
    await keys.reach(page.getByLabel("Password", { exact: true }), "Tab");
    await keys.type(PASSWORD);
    await keys.press("Enter");
    await expect(page.getByRole("link", { name: /Ben Okafor/ })).toBeVisible();
    await keys.sees();
  });

  await test.step("finds a chat by the palette and writes", async () => {
    await keys.press("Control+k");
    await keys.type("ben oka");
    await expect(page.getByRole("option", { name: /Ben Okafor/ }).first()).toBeVisible();
    await keys.press("Enter");
    await expect(composer).toBeFocused();
    await keys.type("Eight is fine");
    await keys.press("Enter");
    await expect(message("Eight is fine").getByRole("img", { name: STORED })).toBeVisible();
  });

  await test.step("walks up to a message, answers it, and reacts to another", async () => {
    await keys.reach(message("Eight is fine"), "Shift+Tab");
    await keys.reach(message("Shall we meet"), "ArrowUp");
    await keys.press("r");
    await expect(composer).toBeFocused();
    await keys.type("At the lighthouse");
    await keys.press("Enter");
    await expect(message("At the lighthouse")).toContainText("Shall we meet");
    // The way back leads to the message where one was.
    await keys.reach(message("Shall we meet").first(), "Shift+Tab");
    await keys.reach(message("At eight?"), "ArrowDown");
    await keys.press("Enter");
    await expect(page.getByRole("menuitem", { name: "React with 👍" })).toBeFocused();
    await keys.press("Enter");
    await expect(log.getByRole("button", { name: "👍 by 1 person" })).toBeVisible();
    await keys.sees();
  });

  await test.step("edits the last message", async () => {
    await keys.reach(composer, "Escape");
    await keys.press("ArrowUp");
    await expect(composer).toHaveValue("At the lighthouse");
    await keys.press("End");
    await keys.type(", then");
    await keys.press("Enter");
    await expect(message("At the lighthouse, then").getByRole("button", { name: "edited" })).toBeVisible();
    await expect(composer).toBeFocused();
  });

  await test.step("opens the details, and goes back step by step to the list", async () => {
    await keys.reach(page.getByRole("button", { name: "Details" }), "Shift+Tab");
    await keys.press("Enter");
    const details = page.getByRole("complementary", { name: "About this person" });
    await expect(details).toBeVisible();
    await keys.reach(details.getByRole("button", { name: "Close the details" }), "Tab");
    await keys.press("Escape");
    await expect(details).toBeHidden();
    await expect(composer).toBeFocused();
    await keys.press("Escape");
    const row = page.getByRole("link", { name: /Ben Okafor/ });
    await expect(row).toBeFocused();
    await expect(composer).toBeHidden();
    await keys.sees();
    await keys.reach(page.getByRole("link", { name: /Cleo Martin/ }), "ArrowDown");
    await keys.press("Enter");
    await expect(page.getByRole("textbox", { name: /Message to Cleo/ })).toBeFocused();
  });

  await test.step("a key counts as soon as the client is there", async () => {
    await page.addInitScript(pressPaletteKeyAtOnce);
    await page.goto(url);
    await expect(page.getByRole("combobox", { name: "Go to or do" })).toBeFocused();
  });
});

/** Presses Ctrl+K in the moment in which the frame of the client comes into the document, before it is painted. */
function pressPaletteKeyAtOnce(): void {
  const press = (_: unknown, observer: MutationObserver) => {
    if (!document.querySelector('a[href="#content"]')) return;
    observer.disconnect();
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true, bubbles: true }));
  };
  new MutationObserver(press).observe(document, { childList: true, subtree: true });
}

/** A keyboard whose every press is followed by a look for the focus. */
class Keys {
  constructor(readonly page: Page) {}

  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
    await this.sees();
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /** Presses a key until this has the focus. */
  async reach(target: Locator, key: string): Promise<void> {
    const has = () => target.evaluate((element) => element === document.activeElement);
    for (let presses = 0; presses < 15 && !(await has()); presses++) await this.press(key);
    await expect(target).toBeFocused();
  }

  async sees(): Promise<void> {
    await expect.poll(() => this.page.evaluate(focusNow)).toBe("in sight");
  }
}

/** Whether something has the focus, can be seen, and shows it: by a ring, the caret of a lone field, or its colour. */
function focusNow(): string {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return "lost";
  const { width, height, bottom, top } = focused.getBoundingClientRect();
  if (width === 0 || height === 0 || bottom < 0 || top > innerHeight) return `out of sight: ${focused.outerHTML}`;
  const rings = (element: Element | null): boolean => {
    if (!element) return false;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return (outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0) || boxShadow.includes("0px 0px 0px 3px");
  };
  if (rings(focused) || focused.matches("[role=combobox], [data-highlighted]")) return "in sight";
  const around = [focused.parentElement, focused.parentElement?.parentElement ?? null];
  if (focused.matches("input, textarea") && around.some(rings)) return "in sight";
  return `not marked: ${focused.outerHTML.slice(0, 200)}`;
}
