// Draws the PNG icons of the installed app from public/favicon.svg: `npm run icons` after a change of the mark.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";

const folder = fileURLToPath(new URL("../public/", import.meta.url));
const mark = await readFile(`${folder}favicon.svg`, "utf8");

/** `room` is the part of a side that stays free around the mark; systems cut maskable icons to their own shapes. */
const ICONS = [
  { name: "icon-192.png", size: 192, room: 0, ground: "transparent" },
  { name: "icon-512.png", size: 512, room: 0, ground: "transparent" },
  { name: "icon-maskable-512.png", size: 512, room: 0.14, ground: "#5a4fe0" },
  { name: "apple-touch-icon.png", size: 180, room: 0.1, ground: "#5a4fe0" },
];

const executablePath = process.env.PULSE_CHROMIUM ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
for (const { name, size, room, ground } of ICONS) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const side = Math.round(size * (1 - 2 * room));
  const picture = `data:image/svg+xml;base64,${Buffer.from(mark).toString("base64")}`;
  await page.setContent(
    `<body style="margin:0;display:grid;place-items:center;height:100vh;background:${ground}"><img src="${picture}" width="${side}" height="${side}">`,
  );
  await page.locator("img").evaluate((image) => image.decode());
  await page.screenshot({ path: folder + name, omitBackground: true });
  await page.close();
}
await browser.close();
console.log(`drew ${ICONS.length} icons`);
