// The page at /v1/docs against a real gateway: it shows both documents, tries a call, a stream and a socket, and asks nobody else.

import { expect, type Page } from "@playwright/test";
import { freshName, gatewayUrls } from "./stack";
import { test } from "./test";

async function accessToken(page: Page, url: string): Promise<string> {
  const username = freshName("reader");
  const account = { username, email: `${username}@example.com`, password: "a quiet river at dawn" };
  const answer = await page.request.post(`${url}/v1/auth/register`, { data: account });
  return (await answer.json()).access_token;
}

test("somebody reads the documents and tries a call, a stream and a socket", async ({ page }) => {
  const { last: url } = gatewayUrls();
  const wrong: string[] = [];
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("request", (request) => !request.url().startsWith(`${url}/`) && wrong.push(request.url()));
  const token = await accessToken(page, url);
  await page.goto(`${url}/v1/docs`);
  const entry = (id: string) => page.locator(`[id="${id}"]`);

  await test.step("a call is found, read and tried", async () => {
    await page.getByLabel("Find").fill("/v1/config");
    await expect(page.getByRole("status").first()).toHaveText("1 found");
    await page.getByLabel("Find").fill("");
    await entry("getMe").locator("summary").first().click();
    const call = entry("getMe");
    await call.getByRole("button", { name: "Send" }).click();
    await expect(call.getByRole("status")).toContainText("401");
    await page.getByLabel("Access token").fill(token);
    await call.getByRole("button", { name: "Send" }).click();
    await expect(call.getByRole("status")).toContainText("200");
    await expect(call.getByLabel("Answer")).toContainText('"email_verified"');
  });

  await test.step("a stream is read until it is stopped", async () => {
    await entry("streamEvents").locator("summary").first().click();
    const stream = entry("streamEvents");
    await stream.getByRole("button", { name: "Send" }).click();
    await expect(stream.getByLabel("Answer")).toContainText('{"type":"hello"');
    await stream.getByRole("button", { name: "Stop" }).click();
    await expect(stream.getByRole("status")).toHaveText("Stopped.");
  });

  await test.step("a frame is chosen, sent and answered", async () => {
    const live = entry("console");
    await live.getByRole("button", { name: "Connect" }).click();
    await expect(live.getByRole("log")).toContainText('{"type":"hello"');
    await entry("frame-sync").locator("summary").first().click();
    await entry("frame-sync").getByRole("button", { name: "Use in the console" }).click();
    await expect(live.getByLabel("frame", { exact: true })).toBeFocused();
    await live.getByRole("button", { name: "Send" }).click();
    await expect(live.getByRole("log")).toContainText('"id":"2","data":{"token":');
    await live.getByRole("button", { name: "Disconnect" }).click();
    await expect(live.getByRole("status")).toHaveText("Closed with 1000");
  });

  await test.step("it fits a small screen, in the dark too", async () => {
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 360, height: 740 });
    const [wide, ground] = await page.evaluate(() => [
      document.documentElement.scrollWidth > window.innerWidth,
      getComputedStyle(document.body).backgroundColor,
    ]);
    expect(wide).toBe(false);
    expect(ground).not.toBe("rgb(255, 255, 255)");
  });

  // The call without a token was refused, as it should be.
  expect(wrong.filter((text) => !text.includes("401"))).toEqual([]);
});
