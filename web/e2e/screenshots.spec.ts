// Takes the pictures of the documentation: light and dark, wide and on a phone.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, expect, type Page } from "@playwright/test";
import { still } from "./faults";
import type { Upload } from "./files";
import { landscape } from "./landscape";
import { PASSWORD } from "./person";
import { type Actor, ask, connect, enrol, gather, talk } from "./scene";
import { publicUrl } from "./stack";
import { test } from "./test";

const FOLDER = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const VIEWS = [
  { name: "wide", viewport: { width: 1280, height: 800 }, hasTouch: false },
  { name: "phone", viewport: { width: 390, height: 844 }, hasTouch: true },
] as const;

test("pictures of the client", async ({ browser }) => {
  const url = publicUrl();
  const maya = await enrol(url, "Maya Lindqvist");
  const other = await visit(browser, url, {});
  const noor = await world(url, maya, other);
  await signIn(other, noor);
  for (const colorScheme of ["light", "dark"] as const) {
    for (const view of VIEWS) {
      const { viewport, hasTouch } = view;
      const page = await visit(browser, url, { colorScheme, viewport, hasTouch, deviceScaleFactor: 2 });
      const save = (name: string) => picture(page, `${name}-${view.name}-${colorScheme}`);
      await expect(page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
      await page.waitForLoadState("networkidle");
      await save("sign-in");
      await signIn(page, maya);
      await expect(page.getByRole("link", { name: /Tomás Ferreira/ })).toBeVisible();
      if (view.name === "phone") await save("inbox");
      await page.getByRole("link", { name: /Noor Haddad/ }).click();
      await expect(page.getByRole("log").getByRole("article").last()).toBeVisible();
      await page.waitForLoadState("networkidle");
      await save("chat");
      if (view.name === "wide") {
        await page.getByRole("link", { name: /Harbour walk/ }).click();
        await page.getByRole("button", { name: "Details" }).click();
        await expect(
          page.getByRole("complementary", { name: "About this group" }).getByText("Ines Moreau"),
        ).toBeVisible();
        await page.waitForLoadState("networkidle");
        await save("group");
      }
      await page.context().close();
    }
  }
});

/** WebP is a fifth of what PNG is for these, and lossless would show nothing more. */
async function picture(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  await still(page);
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality: 82 });
  writeFileSync(`${FOLDER}${name}.webp`, Buffer.from(data, "base64"));
}

async function visit(browser: Browser, url: string, options: Parameters<Browser["newContext"]>[0]): Promise<Page> {
  const page = await (await browser.newContext({ locale: "en-GB", reducedMotion: "reduce", ...options })).newPage();
  await page.goto(url);
  return page;
}

async function signIn(page: Page, actor: Actor): Promise<void> {
  await page.getByLabel("Username or email").fill(actor.username);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
}

interface Told {
  files?: string[];
  to?: string;
}

/** Says something and gives its id: with files, or as an answer. */
async function say(speaker: Actor, chat: string, body: string, { files, to }: Told = {}): Promise<string> {
  const data = {
    client_id: crypto.randomUUID(),
    body,
    ...(files && { attachment_ids: files }),
    ...(to && { reply_to: to }),
  };
  const answer = await speaker.api.post(`/v1/conversations/${chat}/messages`, { data });
  expect(answer.status()).toBe(201);
  return (await answer.json()).id;
}

async function upload(owner: Actor, file: Upload): Promise<string> {
  const answer = await owner.api.post("/v1/attachments", { multipart: { file } });
  expect(answer.status()).toBe(201);
  return (await answer.json()).id;
}

async function react(message: string, emoji: string, ...people: Actor[]): Promise<void> {
  for (const { api } of people)
    expect((await api.put(`/v1/messages/${message}/reactions/${encodeURIComponent(emoji)}`)).ok()).toBe(true);
}

/** Maya, her friends and what they said. Gives the friend who is online while the pictures are taken. */
async function world(url: string, maya: Actor, page: Page): Promise<Actor> {
  const noor = await enrol(url, "Noor Haddad");
  const tomas = await enrol(url, "Tomás Ferreira");
  const ines = await enrol(url, "Ines Moreau");
  const jonas = await enrol(url, "Jonas Weber");
  const kofi = await enrol(url, "Kofi Mensah");
  for (const friend of [noor, tomas, ines, jonas]) await connect(maya, friend);
  await ask(kofi, maya);
  const face = await upload(noor, await landscape(page, "me.jpg", "dusk"));
  expect((await noor.api.patch("/v1/me", { data: { avatar_attachment_id: face } })).ok()).toBe(true);
  await talk(maya, jonas, [
    [maya, "Thanks for carrying the sofa up four floors"],
    [jonas, "My back says hello. Coffee is on you"],
    [maya, "Deal ☕"],
  ]);
  await talk(maya, ines, [[ines, "The tickets are booked: Lyon, Friday 18:04, carriage 7"]]);
  await photographs(maya, noor, page);
  await talk(maya, tomas, [
    [maya, "How is the new flat?"],
    [tomas, "Boxes everywhere, but the view makes up for it"],
    [tomas, "Come by this weekend and see for yourself?"],
  ]);
  const walk = await gather(maya, "group", [noor, ines, tomas], "Harbour walk");
  const topic = "Sundays, from the lighthouse to the old pier";
  const sea = await upload(maya, await landscape(page, "walk.jpg", "day"));
  const changed = await maya.api.patch(`/v1/conversations/${walk}`, { data: { topic, avatar_attachment_id: sea } });
  expect(changed.ok()).toBe(true);
  await say(maya, walk, "Who is in on Sunday?");
  const coffee = await say(ines, walk, "Me! I bring **coffee** and the good thermos");
  await react(coffee, "☕", maya, noor, tomas);
  await react(coffee, "❤️", maya);
  const when = await say(noor, walk, `Count me in. @${maya.username}, ten o'clock?`);
  await say(tomas, walk, "Only if nobody makes me carry boxes");
  await say(maya, walk, "Ten it is 🌊", { to: when });
  await talk(maya, tomas, [[tomas, "The key is under the blue pot"]]);
  return noor;
}

/** What Maya and Noor say of two photographs. */
async function photographs(maya: Actor, noor: Actor, page: Page): Promise<void> {
  const chat = await talk(maya, noor, [[noor, "Morning! Here are the first prints"]]);
  const dawn = await upload(noor, await landscape(page, "harbour-dawn.jpg", "dawn"));
  const day = await upload(noor, await landscape(page, "harbour-day.jpg", "day"));
  const prints = await say(noor, chat, "", { files: [dawn, day] });
  await react(prints, "😍", maya);
  const light = await say(maya, chat, "The first one is **stunning**. How did you get that light?", { to: prints });
  await say(noor, chat, "Pure luck. The fog lifted for about two minutes.", { to: light });
  await say(maya, chat, "It's exactly the right size for the hallway. What would you want for it?");
  await react(await say(noor, chat, "For you? Dinner 😄"), "👍", maya);
  await say(maya, chat, "Saturday, eight o'clock?");
  await say(noor, chat, "Perfect, I'll bring the print");
  await say(maya, chat, "🎉");
}
