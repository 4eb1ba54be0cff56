// No screen may have a fault that axe can see, neither in the light nor in the dark.
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { PASSWORD } from "./person";
import { ask, connect, enrol, talk } from "./scene";
import { gatewayUrls } from "./stack";

const SETTINGS = [
  "profile",
  "privacy",
  "security",
  "sessions",
  "history",
  "notifications",
  "appearance",
  "data",
  "people",
  "about",
];

test("no screen has a fault that axe can see", async ({ browser }) => {
  test.setTimeout(240_000);
  const { first: url } = gatewayUrls();
  const ada = await enrol(url, "Ada Holm");
  const ben = await enrol(url, "Ben Okafor");
  const kofi = await enrol(url, "Kofi Mensah");
  await connect(ada, ben);
  await ask(kofi, ada);
  const chat = await talk(ada, ben, [
    [ben, "Did you see **the prints**? https://photos.example.com/harbour"],
    [ada, "Going through them now"],
  ]);
  const page = await (await browser.newContext({ reducedMotion: "reduce", locale: "en-GB" })).newPage();
  const faults: string[] = [];
  const look = async (screen: string) => {
    await expect(page.getByText("Loading", { exact: true })).toHaveCount(0);
    await page.emulateMedia({ colorScheme: "light" });
    const light = await faultsOf(new AxeBuilder({ page }));
    // What differs in the dark are the colours.
    await page.emulateMedia({ colorScheme: "dark" });
    const dark = await faultsOf(new AxeBuilder({ page }).withRules(["color-contrast"]));
    faults.push(
      ...light.map((fault) => `${screen}, light: ${fault}`),
      ...dark.map((fault) => `${screen}, dark: ${fault}`),
    );
  };

  await test.step("signed out", async () => {
    for (const path of ["/sign-in", "/sign-up", "/forgot-password", "/reset-password", "/verify-email", "/nowhere"]) {
      await page.goto(`${url}${path}`);
      await expect(page.getByRole("main")).toBeVisible();
      await look(path);
    }
  });

  await test.step("conversations, people and rooms", async () => {
    await page.goto(`${url}/sign-in`);
    await page.getByLabel("Username or email").fill(ada.username);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByRole("link", { name: /Ben Okafor/ }).first()).toBeVisible({ timeout: 30_000 });
    await look("home");
    for (const path of ["/welcome", `/c/${chat}`, "/people", `/people/${ben.id}`, "/rooms"]) {
      await page.goto(`${url}${path}`);
      await expect(page.getByRole("button", { name: /Your account/ })).toBeVisible();
      await look(path);
    }
  });

  await test.step("menu, palette and help", async () => {
    await page.getByRole("button", { name: /Your account/ }).click();
    await expect(page.getByRole("menu")).toBeVisible();
    await look("account menu");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("set");
    await look("palette");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("combobox")).toBeHidden();
    await page.locator("body").press("?");
    await expect(page.getByRole("dialog")).toBeVisible();
    await look("help");
    await page.keyboard.press("Escape");
  });

  await test.step("settings", async () => {
    for (const name of SETTINGS) {
      await page.goto(`${url}/settings/${name}`);
      await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toBeVisible();
      await look(`settings, ${name}`);
    }
  });

  expect(faults).toEqual([]);
});

async function faultsOf(axe: AxeBuilder): Promise<string[]> {
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} at ${target.join(" ")}`));
}
