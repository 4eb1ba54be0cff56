// The client in Arabic: everything begins at the right, what people wrote keeps its own direction, and numbers, times and
// plurals are those of the language. On the way, the other choices of the same page: how close things stand.

import { expect, type Locator, type Page } from "@playwright/test";
import { visit } from "./faults";
import { Person } from "./person";
import { connect, enrol, gather, talk } from "./scene";
import { publicUrl } from "./stack";
import { test } from "./test";

test("the client reads from right to left in Arabic", async ({ browser }) => {
  const url = publicUrl();
  const ada = await enrol(url, "Ada Holm");
  const layla = await enrol(url, "ليلى حداد");
  const ben = await enrol(url, "Ben Okafor");
  await connect(ada, layla);
  await connect(ada, ben);
  const group = await gather(ada, "group", [layla, ben], "Harbour walk");
  const chat = await talk(ada, layla, [
    [layla, "صباح الخير! هل رأيت الصور؟"],
    [ada, "Yes, the harbour one is stunning"],
    [layla, "شكرا"],
    [layla, "Look: https://photos.example.com/harbour"],
  ]);
  const { page } = await Person.enter(browser, url, ada, "/settings/appearance");
  const html = page.locator("html");
  const main = page.getByRole("main");

  await test.step("the rows stand closer when that is asked for, in the lists and in the chats", async () => {
    await visit(page, `/c/${chat}`);
    const row = page
      .getByRole("navigation", { name: "المحادثات" })
      .or(page.getByRole("navigation", { name: "Conversations" }));
    const rowHeight = () => heightOf(row.getByRole("link").first());
    const bubbleHeight = () => heightOf(page.getByRole("article").first());
    await expect(page.getByRole("article").first()).toBeVisible();
    const roomy = [await rowHeight(), await bubbleHeight()] as const;
    await visit(page, "/settings/appearance");
    await page.getByRole("radio", { name: "Compact" }).click();
    await visit(page, `/c/${chat}`);
    await expect(page.getByRole("article").first()).toBeVisible();
    expect(await rowHeight()).toBeLessThan(roomy[0]);
    expect(await bubbleHeight()).toBeLessThan(roomy[1]);
  });

  await test.step("the language is chosen, and turns the page", async () => {
    await visit(page, "/settings/appearance");
    await page.getByRole("combobox", { name: "Language" }).selectOption({ label: "العربية" });
    await expect(html).toHaveAttribute("dir", "rtl");
    await expect(html).toHaveAttribute("lang", "ar");
    await expect(main.getByRole("heading", { level: 1, name: "المظهر" })).toBeVisible();
  });

  await test.step("the list stands at the right, the chat at the left of it", async () => {
    await visit(page, `/c/${chat}`);
    await expect(page.getByRole("article").last()).toBeVisible();
    const list = await boxOf(page.getByRole("complementary").first());
    const pane = await boxOf(main);
    expect(pane.right).toBeLessThanOrEqual(list.left + 1);
    expect(list.right).toBe(page.viewportSize()?.width);
  });

  await test.step("own messages stand at the end, which is the left, and each text keeps its direction", async () => {
    const own = page.getByRole("article").filter({ hasText: "stunning" });
    const theirs = page.getByRole("article").filter({ hasText: "صباح الخير" });
    expect((await boxOf(own)).left).toBeLessThan((await boxOf(theirs)).left);
    expect((await boxOf(own)).right).toBeLessThan((await boxOf(theirs)).right);
    expect(await directionOf(own.locator("p").first())).toBe("ltr");
    expect(await directionOf(theirs.locator("p").first())).toBe("rtl");
    await expect(page.getByText("اليوم")).toBeVisible();
  });

  await test.step("arrows point the other way", async () => {
    expect(await mirrored(page.getByRole("button", { name: "إرسال" }).locator("svg"))).toBe(true);
    await page.setViewportSize({ width: 390, height: 800 });
    const back = page.getByRole("link", { name: "العودة إلى محادثاتك" });
    await expect(back).toBeVisible();
    expect(await mirrored(back.locator("svg"))).toBe(true);
    expect((await boxOf(back)).left).toBeGreaterThan(300);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await page.setViewportSize({ width: 1280, height: 720 });
  });

  await test.step("counts and times are those of the language", async () => {
    await visit(page, `/c/${group}`);
    // Three take the form for few, in whichever digits the browser counts.
    await expect(main.getByText(/^[3٣] أعضاء/)).toBeVisible();
    const clock = await page.getByRole("navigation", { name: "المحادثات" }).locator("time").first().innerText();
    expect(clock).toBe(
      await page.evaluate(
        (at) => new Intl.DateTimeFormat("ar", { hour: "numeric", minute: "2-digit" }).format(new Date(at)),
        await timeOf(page),
      ),
    );
  });
});

const timeOf = (page: Page) =>
  page
    .getByRole("navigation", { name: "المحادثات" })
    .locator("time")
    .first()
    .evaluate((time: HTMLTimeElement) => time.dateTime);

const heightOf = async (target: Locator): Promise<number> => (await target.boundingBox())?.height ?? 0;

async function boxOf(target: Locator): Promise<{ left: number; right: number }> {
  const box = await target.boundingBox();
  if (!box) throw new Error("it can't be seen");
  return { left: box.x, right: box.x + box.width };
}

const directionOf = (target: Locator) => target.evaluate((element) => getComputedStyle(element).direction);

const mirrored = (svg: Locator) =>
  svg.evaluate((element) => new DOMMatrix(getComputedStyle(element).transform).a === -1);
