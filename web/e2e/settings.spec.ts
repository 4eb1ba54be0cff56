// What people do once in a while: a picture of their own, other devices, a copy of their data, notifications, files.
import { readFile } from "node:fs/promises";
import { expect, type Locator, type Page } from "@playwright/test";
import { picture, tone, type Upload } from "./files";
import { PASSWORD, Person } from "./person";
import { type Actor, talk, tell, twoConnected } from "./scene";
import { publicUrl } from "./stack";
import { test } from "./test";

/** Hands files to an element as a browser does when they are dropped or pasted there. */
async function hand(target: Locator, how: "drop" | "paste", { name, mimeType, buffer }: Upload): Promise<void> {
  const file = { name, mimeType, base64: buffer.toString("base64") };
  await target.evaluate(
    (element, [kind, { name: called, mimeType: type, base64 }]) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], called, { type }));
      const usual = { bubbles: true, cancelable: true };
      if (kind === "paste") element.dispatchEvent(new ClipboardEvent("paste", { ...usual, clipboardData: data }));
      else
        for (const step of ["dragover", "drop"])
          element.dispatchEvent(new DragEvent(step, { ...usual, dataTransfer: data }));
    },
    [how, file] as const,
  );
}

const isDrawn = (image: Locator) =>
  expect.poll(() => image.evaluate((element) => (element as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);

async function twoFriends(url: string): Promise<[Actor, Actor, string]> {
  const { ada, ben } = await twoConnected(url);
  return [ada, ben, await talk(ada, ben, [[ada, "Here we are"]])];
}

test("a picture, other devices, a copy of the data, and notifications", async ({ browser }) => {
  const url = publicUrl();
  const [ada, ben, chat] = await twoFriends(url);
  const { page } = await Person.enter(browser, url, ada, "/settings/profile");
  const settings = (name: string) => page.getByRole("link", { name: new RegExp(`^${name}`) }).click();

  await test.step("Ada chooses a picture, and Ben sees it", async () => {
    const other = await Person.enter(browser, url, ben, `/people/${ada.id}`);
    const face = other.page.getByRole("main").locator("img");
    await expect(other.page.getByRole("main").getByText("Ada Holm").first()).toBeVisible();
    const section = other.page.getByRole("navigation", { name: "Sections" }).locator("[aria-current]");
    await expect(section).toHaveText(/Chats$/);
    await page.locator("input[type=file]").setInputFiles(picture("me.png", [30, 120, 200]));
    await page.getByRole("button", { name: "Use this picture" }).click();
    await isDrawn(page.getByRole("main").locator("img").first());
    await isDrawn(face.first());
    await other.page.context().close();
  });

  await test.step("another device is listed, and ended", async () => {
    const login = { identifier: ada.username, password: PASSWORD };
    const answer = await ada.api.post("/v1/auth/login", { data: login, headers: { "User-Agent": PHONE } });
    const headers = { Authorization: `Bearer ${(await answer.json()).access_token}` };
    await settings("Devices");
    await page.getByRole("button", { name: /^Sign out Safari on iPhone/ }).click();
    await expect(page.getByText("You are signed in nowhere else.")).toBeVisible();
    await expect.poll(async () => (await ada.api.get("/v1/me", { headers })).status()).toBe(401);
  });

  await test.step("a copy of the data is made and downloaded", async () => {
    await settings("Your data");
    await page.getByRole("button", { name: "Make a copy" }).click();
    await expect(page.getByText("Your copy is ready.")).toBeVisible({ timeout: 30_000 });
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download" }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe(`pulsechat-${ada.username}.zip`);
    expect((await readFile(await file.path())).subarray(0, 2).toString()).toBe("PK");
  });

  await test.step("notifications are allowed, and tried", async () => {
    await page.context().grantPermissions(["notifications"], { origin: url });
    await settings("Notifications");
    await page.getByRole("button", { name: "Send a test" }).click();
    await expect.poll(() => notificationsOf(page)).toEqual(["It works"]);
  });

  await test.step("a muted chat tells of nothing and is not counted", async () => {
    await page.goto(`${url}/c/${chat}?details=true`);
    await page.getByRole("button", { name: "Mute" }).click();
    await page.getByRole("menuitem", { name: "For 8 hours" }).click();
    const row = page.getByRole("navigation", { name: "Conversations" }).getByRole("link", { name: /Ben Okafor/ });
    await expect(row.getByRole("img", { name: "Muted" })).toBeVisible();
    await page.goto(url);
    await tell(ben, chat, "Nobody hears me");
    await expect(row.getByText("1 unread")).toBeAttached();
    await expect(page).toHaveTitle("PulseChat");
    expect(await page.getByRole("region", { name: "Notices" }).getByRole("button").count()).toBe(0);
  });
});

test("files are chosen, dropped and pasted, seen before and after, and played", async ({ browser }) => {
  const url = publicUrl();
  const [adaApi, benApi, chat] = await twoFriends(url);
  const [ada, ben] = await Promise.all([
    Person.enter(browser, url, adaApi, `/c/${chat}`),
    Person.enter(browser, url, benApi, `/c/${chat}`),
  ]);
  const { page } = ada;
  const composer = page.getByRole("textbox", { name: "Message to Ben Okafor" });
  const chosen = page.getByRole("list", { name: "Files to send" });

  await test.step("three pictures come by three ways, and are seen before they go", async () => {
    await page
      .getByLabel("Attach files")
      .and(page.locator("input"))
      .setInputFiles(picture("red.png", [200, 40, 40]));
    await hand(page.getByRole("region", { name: "Chat with Ben Okafor" }), "drop", picture("green.png", [40, 160, 60]));
    await hand(composer, "paste", picture("blue.png", [40, 60, 200]));
    for (const name of ["red.png", "green.png", "blue.png"])
      await isDrawn(chosen.getByRole("img", { name: `Picture ${name}` }));
    await page.getByRole("button", { name: "Remove green.png" }).click();
    await expect(chosen.getByRole("listitem")).toHaveCount(2);
  });

  await test.step("they go with the text, and the other sees them", async () => {
    await ada.say("Two colours");
    await expect(chosen).toHaveCount(0);
    await isDrawn(ben.message("Two colours").getByRole("button", { name: "Open picture red.png" }).locator("img"));
  });

  await test.step("the viewer shows one after the other", async () => {
    await ben.page.getByRole("button", { name: "Open picture red.png" }).click();
    const viewer = ben.page.getByRole("dialog", { name: "red.png" });
    await isDrawn(viewer.getByRole("img", { name: "Picture red.png" }));
    await expect(viewer.getByText("1 of 2")).toBeVisible();
    await ben.page.keyboard.press("ArrowRight");
    await isDrawn(ben.page.getByRole("img", { name: "Picture blue.png" }));
    await ben.page.keyboard.press("Escape");
    await expect(ben.page.getByRole("dialog")).toHaveCount(0);
  });

  await test.step("a sound is played, a text downloaded", async () => {
    const text = { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("Winds and knots") };
    await page
      .getByLabel("Attach files")
      .and(page.locator("input"))
      .setInputFiles([tone("horn.wav"), text]);
    await ada.say("Listen");
    const sound = ben.message("Listen").locator("audio");
    await expect.poll(() => sound.evaluate((element) => (element as HTMLAudioElement).duration)).toBeCloseTo(1, 1);
    const download = ben.page.waitForEvent("download");
    await ben.page.getByRole("link", { name: "Download notes.txt" }).click();
    expect((await readFile(await (await download).path())).toString()).toBe("Winds and knots");
  });

  await test.step("a large file tells how far it is, and one that is called back never comes", async () => {
    const devtools = await page.context().newCDPSession(page);
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 2_000_000 };
    await devtools.send("Network.emulateNetworkConditions", slow);
    const plans = { name: "plans.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(8_000_000) };
    await page.getByLabel("Attach files").and(page.locator("input")).setInputFiles(plans);
    await composer.fill("The plans");
    await composer.press("Enter");
    const progress = page.getByRole("progressbar", { name: "plans.bin is on its way" });
    await expect.poll(() => progress.evaluate((bar: HTMLProgressElement) => bar.value)).toBeGreaterThan(0.05);
    await expect(ada.message("The plans")).toContainText(/\d MB of 8 MB/);
    await page.getByRole("button", { name: "Cancel plans.bin" }).click();
    await expect(ada.message("The plans")).toHaveCount(0);
    // It would be stuck behind the file.
    await ada.say("Later, then");
    await expect(ben.message("Later, then")).toBeVisible();
    await expect(ben.message("The plans")).toHaveCount(0);
  });
});

const PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";

/** What the browser shows on the desktop now. */
const notificationsOf = (page: Page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    return ((await registration?.getNotifications()) ?? []).map(({ title }) => title);
  });
