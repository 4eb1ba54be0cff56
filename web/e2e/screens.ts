// A way through the screens of the client, looking at each.
import { expect, type Locator, type Page } from "@playwright/test";
import { type Faults, visit } from "./faults";
import type { Town } from "./town";

interface See {
  page: Page;
  faults: Faults;
  scene: Town;
}

export async function lists({ page, faults }: See): Promise<void> {
  await faults.look("chats");
  await page.getByRole("button", { name: "Unread" }).click();
  await expect(page.getByRole("button", { name: "Mark all as read" })).toBeVisible();
  await faults.look("what is unread");
  await page.getByRole("button", { name: "All", exact: true }).click();
  await page.getByRole("button", { name: /^Archived/ }).click();
  await expect(page.getByRole("link", { name: /Mona Lind/ })).toBeVisible();
  await faults.look("archived");
  await page.getByRole("button", { name: "Back to your chats" }).click();
  const search = page.getByRole("searchbox");
  await search.fill("ben");
  await expect(page.getByRole("region", { name: "People found" })).toBeVisible();
  await faults.look("people and chats found");
  await search.fill("light");
  await expect(page.getByRole("region", { name: "Search results" }).locator("mark").first()).toBeVisible();
  await faults.look("messages found");
  await search.fill("zzzz");
  await expect(page.getByText("Nothing found")).toBeVisible();
  await faults.look("nothing found");
  await search.press("Escape");
  await page.getByRole("button", { name: /Your account/ }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  await faults.look("account menu", "[role=menu]");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await faults.look("palette", "[role=dialog]");
  await page.getByRole("combobox").fill("ben");
  await expect(page.getByRole("option", { name: /@ben/ }).first()).toBeVisible();
  await faults.look("palette with people", "[role=dialog]");
  await page.keyboard.press("Escape");
  await page.locator("body").press("?");
  await over(page.getByRole("dialog", { name: "Keyboard shortcuts" }), "keys", faults);
}

export async function chat({ page, faults, scene }: See): Promise<void> {
  await visit(page, `/c/${scene.direct}`);
  const log = page.getByRole("log");
  const last = log.getByRole("article").filter({ hasText: "Saturday" });
  await expect(last).toBeVisible();
  await faults.look("chat");
  const edited = log.getByRole("article").filter({ hasText: "best light" });
  const menu = async (message: Locator, entry?: string) => {
    await message.click({ button: "right", position: { x: 8, y: 8 } });
    await expect(page.getByRole("menu")).toBeVisible();
    if (entry) await page.getByRole("menuitem", { name: entry, exact: true }).click();
  };
  await menu(edited);
  await faults.look("message menu", "[role=menu]");
  await page.keyboard.press("Escape");
  for (const [entry, title] of [
    ["Message info", "Message info"],
    ["Earlier versions", "Earlier versions"],
    ["Delete", "Delete this message?"],
  ] as const) {
    await menu(edited, entry);
    await over(page.getByRole("dialog", { name: title }), title, faults);
  }
  await menu(last, "Report");
  await over(page.getByRole("dialog", { name: "Report this message" }), "report a message", faults);
  await menu(last, "Reply");
  await faults.look("reply", "main");
  await page.getByRole("textbox", { name: /Message to/ }).press("Escape");
  await page.getByRole("textbox", { name: /Message to/ }).fill(":sail");
  await expect(page.getByRole("option", { name: /:/ }).first()).toBeVisible();
  await faults.look("emoji by name", "main");
  await page.getByRole("textbox", { name: /Message to/ }).fill("");
  await page.getByRole("button", { name: "Emoji" }).click();
  await expect(page.getByRole("gridcell").first()).toBeVisible();
  await over(page.getByRole("dialog", { name: "Emoji" }), "emoji", faults);
  await log.getByRole("button", { name: /Open picture/ }).click();
  await over(page.getByRole("dialog", { name: "harbour.png" }), "pictures", faults);
  await page.getByRole("button", { name: "Jump to a date" }).click();
  await over(page.getByRole("dialog", { name: "Jump to a date" }), "date", faults);
  await page.getByRole("button", { name: "Search in this conversation" }).click();
  await page.getByRole("searchbox", { name: "Search in this conversation" }).fill("light");
  await expect(log.locator("mark").first()).toBeVisible();
  await faults.look("search in a chat", "main");
  await page.keyboard.press("Escape");
  await menu(last, "Copy text");
  await expect(page.getByText("Text copied")).toBeVisible();
  await faults.look("toast");
}

/** Looks at what lies over the page, and closes it. */
async function over(window: Locator, name: string, faults: Faults): Promise<void> {
  await expect(window).toBeVisible();
  await faults.look(name, "[role=dialog]");
  await faults.page.keyboard.press("Escape");
  await expect(window).toBeHidden();
}

export async function others({ page, faults, scene }: See): Promise<void> {
  const { ada, ben, group, direct, room, otherRoom, stranger } = scene;
  await visit(page, `/c/${group}?details=true`);
  const details = page.getByRole("complementary", { name: "About this group" });
  await expect(details.getByText("Sunday, ten o'clock")).toBeVisible();
  await expect(details.getByText("Cleo Martin")).toBeVisible();
  const data = { client_id: crypto.randomUUID(), body: "Look here" };
  await ben.api.post(`/v1/conversations/${direct}/messages`, { data });
  await expect(page.getByRole("region", { name: "Notices" }).getByText("Look here")).toBeVisible();
  await faults.look("group, details and a notice");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await visit(page, `/c/${direct}?details=true`);
  await expect(page.getByRole("complementary", { name: "About this person" })).toBeVisible();
  await faults.look("details of a direct chat");
  for (const [entry, field] of [
    ["New message", "Search your connections"],
    ["New group", "Name"],
    ["New room", "Topic"],
  ] as const) {
    await page.getByRole("button", { name: "Start something new" }).click();
    if (entry === "New message") await faults.look("what can be started", "[role=menu]");
    await page.getByRole("menuitem", { name: entry }).click();
    const window = page.getByRole("dialog", { name: entry });
    await expect(window.getByLabel(field)).toBeVisible();
    await over(window, entry, faults);
  }
  await visit(page, "/rooms");
  await expect(page.getByRole("link", { name: new RegExp(`Gardening ${ada.username}`) })).toBeVisible();
  await faults.look("rooms");
  await visit(page, `/c/${otherRoom}`);
  await expect(page.getByRole("button", { name: /Join/ })).toBeVisible();
  await faults.look("room, not joined", "main");
  await visit(page, `/c/${room}`);
  await expect(page.getByText("Say hello")).toBeVisible();
  await faults.look("empty room", "main");
  await visit(page, "/people");
  await expect(page.getByText("asks to follow you")).toBeVisible();
  await faults.look("people");
  await visit(page, `/people/${stranger.id}`);
  await expect(page.getByRole("heading", { name: stranger.name })).toBeVisible();
  await faults.look("a stranger", "main");
  await visit(page, "/u/nobody");
  await expect(page.getByText("Nobody here is called @nobody")).toBeVisible();
  await faults.look("nobody of that name", "main");
  await visit(page, `/u/${stranger.username}`);
  await expect(page.getByRole("heading", { name: stranger.name })).toBeVisible();
  await page.getByRole("button", { name: `More about ${stranger.name}` }).click();
  await page.getByRole("menuitem", { name: "Report" }).click();
  await over(page.getByRole("dialog", { name: /^Report/ }), "report a person", faults);
}

export async function settings({ page, faults }: See): Promise<void> {
  await page.keyboard.press("Control+,");
  const list = page.getByRole("navigation", { name: "Settings" });
  for (const link of await list.getByRole("link").all()) {
    const path = await link.getAttribute("href");
    if (!path?.startsWith("/settings/")) continue;
    await link.click();
    await expect(page).toHaveURL(new RegExp(`${path}$`));
    await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toBeVisible();
    await faults.look(path, "main");
    if (path.endsWith("/about")) {
      await page.getByRole("button", { name: "Connection details" }).click();
      await over(page.getByRole("dialog", { name: "Connection details" }), "connection details", faults);
    }
  }
}

export async function phone({ page, faults, scene }: See): Promise<void> {
  await page.setViewportSize({ width: 360, height: 740 });
  await faults.look("settings on a phone");
  await visit(page, "/");
  await expect(page.getByRole("link", { name: /Harbour walk/ })).toBeVisible();
  await faults.look("chats on a phone");
  await visit(page, `/c/${scene.group}`);
  await expect(page.getByRole("log").getByRole("article").last()).toBeVisible();
  await faults.look("chat on a phone");
  await visit(page, `/c/${scene.group}?details=true`);
  await expect(page.getByRole("complementary", { name: "About this group" }).getByText("Cleo Martin")).toBeVisible();
  await faults.look("details on a phone");
  await page.setViewportSize({ width: 1280, height: 720 });
}

export async function arabic({ page, faults, scene }: See): Promise<void> {
  await page.evaluate(() => localStorage.setItem("pulse.language", "ar"));
  await page.goto(`${new URL(page.url()).origin}/c/${scene.direct}?details=true`);
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await expect(page.getByRole("log").getByRole("article").last()).toBeVisible();
  await expect(page.getByRole("complementary")).toHaveCount(2);
  await faults.look("chat in Arabic");
  await visit(page, "/settings/appearance");
  await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toBeVisible();
  await faults.look("settings in Arabic");
}
