// Takes the pictures of the documentation: light and dark, wide and on a phone.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, expect, type Page } from "@playwright/test";
import { still } from "./faults";
import { PASSWORD } from "./person";
import { type Actor, ask, connect, enrol, gather, talk, tell } from "./scene";
import { gatewayUrls } from "./stack";
import { test } from "./test";

const FOLDER = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const VIEWS = [
  { name: "wide", viewport: { width: 1280, height: 800 }, hasTouch: false },
  { name: "phone", viewport: { width: 390, height: 844 }, hasTouch: true },
] as const;

test("pictures of the client", async ({ browser }) => {
  const { first } = gatewayUrls();
  const maya = await enrol(first, "Maya Lindqvist");
  const noor = await world(first, maya);
  await signIn(await visit(browser, first, {}), noor);
  for (const colorScheme of ["light", "dark"] as const) {
    for (const view of VIEWS) {
      const { viewport, hasTouch } = view;
      const page = await visit(browser, first, { colorScheme, viewport, hasTouch, deviceScaleFactor: 2 });
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

/** Maya, her friends and what they said. Gives the friend who is online while the pictures are taken. */
async function world(url: string, maya: Actor): Promise<Actor> {
  const noor = await enrol(url, "Noor Haddad");
  const tomas = await enrol(url, "Tomás Ferreira");
  const ines = await enrol(url, "Ines Moreau");
  const jonas = await enrol(url, "Jonas Weber");
  const kofi = await enrol(url, "Kofi Mensah");
  for (const friend of [noor, tomas, ines, jonas]) await connect(maya, friend);
  await ask(kofi, maya);
  await talk(maya, jonas, [
    [maya, "Thanks for carrying the sofa up four floors"],
    [jonas, "My back says hello. Coffee is on you"],
    [maya, "Deal ☕"],
  ]);
  await talk(maya, ines, [[ines, "The tickets are booked: Lyon, Friday 18:04, carriage 7"]]);
  await talk(maya, noor, [
    [noor, "Morning! Did you see the first prints?"],
    [maya, "Just opened them. The harbour one is stunning"],
    [maya, "How did you get that light?"],
    [noor, "Pure luck. The fog lifted for about two minutes and I happened to be standing in the right spot."],
    [noor, "I put the rest here: https://photos.example.com/harbour"],
    [maya, "Going through them now"],
    [
      maya,
      "We should hang the third one in the hallway, it's exactly the right size for that wall. What would you want for it?",
    ],
    [noor, "For you? Dinner 😄"],
    [maya, "Saturday, eight o'clock?"],
    [noor, "Perfect. I'll bring the print"],
    [noor, "🎉"],
  ]);
  await talk(maya, tomas, [
    [maya, "How is the new flat?"],
    [tomas, "Boxes everywhere, but the view makes up for it"],
    [tomas, "Come by this weekend and see for yourself?"],
  ]);
  const walk = await gather(maya, "group", [noor, ines, tomas], "Harbour walk");
  await maya.api.patch(`/v1/conversations/${walk}`, {
    data: { topic: "Sundays, from the lighthouse to the old pier" },
  });
  await tell(maya, walk, "Who is in on Sunday?");
  await tell(ines, walk, "Me! I bring **coffee** and the good thermos");
  await tell(noor, walk, `Count me in. @${maya.username}, ten o'clock?`);
  await tell(tomas, walk, "Only if nobody makes me carry boxes");
  await tell(maya, walk, "Ten it is 🌊");
  await talk(maya, tomas, [[tomas, "The key is under the blue pot"]]);
  return noor;
}
