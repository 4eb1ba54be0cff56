// Scrolls through a conversation of very many messages: a while as fast as somebody reads, then a screen in each frame
// up to the very first message, and straight from one end to the other. Tells how many frames a second were drawn and
// what the page held in memory. For `npm run scroll`, against a built client.

import { type Browser, type CDPSession, expect, type Page } from "@playwright/test";
import { heapOf, LEAST_FRAMES, rateOf, type Walk, walk, watchFrames, workOf } from "./frames";
import { endsOf, keptLongChat, signIn } from "./long-chat";
import { publicUrl } from "./stack";
import { test } from "./test";

const COUNT = Number(process.env.PULSE_SCROLL_MESSAGES ?? 100_000);
/** Pixels each frame: at 60 frames a second six screens a second pass by, faster than anybody reads. */
const READ_STEP = Number(process.env.PULSE_SCROLL_READ_STEP ?? 80);
const READ_SECONDS = Number(process.env.PULSE_SCROLL_READ_SECONDS ?? 60);
/** A whole screen in each frame: no message is seen twice, so each frame draws all of it anew. */
const STEP = Number(process.env.PULSE_SCROLL_STEP ?? 800);
const MOST_MINUTES = Number(process.env.PULSE_SCROLL_MINUTES ?? 15);
const SLICE_MS = 20_000;
const MOST_ROWS = 120;
const MOST_GROWTH_MIB = 16;
const MOST_JUMP_MS = 2_000;

const numberOf = ({ body }: { body: string }) => body.split(" ")[0] ?? "";
const dayOf = (at: string) => new Date(at).toLocaleDateString("sv");

test("scrolls smoothly through very many messages, and holds few of them", async ({ browser }) => {
  test.setTimeout((MOST_MINUTES + 15) * 60_000);
  const begun = Date.now();
  const chat = await keptLongChat(publicUrl(), COUNT, process.env.PULSE_SCROLL_CHAT);
  say(`${COUNT} messages stored in ${((Date.now() - begun) / 1_000).toFixed(0)} s`);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await signIn(context, publicUrl(), chat.people[0]);
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.goto(`${publicUrl()}/c/${chat.id}`);
  await expect(page.getByRole("log").getByRole("article").last()).toBeVisible({ timeout: 60_000 });
  await page.waitForLoadState("networkidle").catch(() => undefined);
  say(`${COUNT} messages, ${browser.browserType().name()} ${browser.version()}`);
  const screen = { browser, page, devtools };
  const atEnd = await heapOf(devtools);

  const reading = await walks(screen, -READ_STEP, READ_SECONDS * 1_000);
  tell("reading up", READ_STEP, reading);
  const middle = await heapOf(devtools);
  const flight = await walks(screen, -STEP, MOST_MINUTES * 60_000);
  tell("up to the first", STEP, flight);
  const firstDrawn = await page.getByRole("log").getByRole("article").first().innerText();
  const atStart = await heapOf(devtools);
  const down = await walks(screen, READ_STEP, 20_000);
  tell("down again", READ_STEP, down);
  const heap = [middle, atStart, await heapOf(devtools)];
  const sizes = heap.map((size) => size.toFixed(1)).join(", ");
  say(`heap at the end ${atEnd.toFixed(1)} MiB; after reading, at the start, down again: ${sizes} MiB`);
  const { first, last } = await endsOf(publicUrl(), chat);
  const reached = firstDrawn.startsWith(`${numberOf(first)} `);
  await page.getByRole("log").focus();
  const jumps = [
    await jump(page, "End", last, () => page.keyboard.press("End")),
    await jump(page, "Home", first, () => page.keyboard.press("Home")),
    await jump(page, "to the latest", last, () => page.getByRole("button", { name: /latest/ }).click()),
    await jump(page, "to a date", first, async () => {
      await page.getByRole("button", { name: "Jump to a date" }).click();
      await page.getByLabel("Date", { exact: true }).fill(dayOf(first.created_at));
      await page.keyboard.press("Enter");
    }),
  ];

  expect(reached, "the first message was reached").toBe(true);
  for (const { gaps, rows } of [reading, flight, down]) {
    expect(rateOf(gaps).worstSecond).toBeGreaterThanOrEqual(LEAST_FRAMES);
    expect(rows).toBeLessThan(MOST_ROWS);
  }
  expect(Math.max(...heap)).toBeLessThan(atEnd + MOST_GROWTH_MIB);
  expect(Math.max(...jumps)).toBeLessThan(MOST_JUMP_MS);
});

const say = (line: string) => process.stdout.write(`${line}\n`);

interface Screen {
  browser: Browser;
  page: Page;
  devtools: CDPSession;
}

interface Walked extends Walk {
  /** Seconds of a processor, on the main thread. */
  work: number;
}

/** Slice by slice, until the time is over or nothing more comes. */
async function walks({ browser, page, devtools }: Screen, step: number, ms: number): Promise<Walked> {
  const whole: Walked = { gaps: [], stood: 0, ended: false, empty: 0, rows: 0, work: 0 };
  const worked = await workOf(devtools);
  for (let left = ms; left > 0 && !whole.ended; left -= SLICE_MS) {
    const part = await walk(browser, page, { step, ms: Math.min(SLICE_MS, left) });
    whole.gaps.push(...part.gaps);
    whole.stood += part.stood;
    whole.ended = part.ended;
    whole.empty += part.empty;
    whole.rows = Math.max(whole.rows, part.rows);
  }
  return { ...whole, work: (await workOf(devtools)) - worked };
}

/** Goes to a message at the other end. Gives how long it took until it was in sight. */
async function jump(page: Page, how: string, to: { body: string }, go: () => Promise<void>): Promise<number> {
  const end = await watchFrames(page);
  const begun = Date.now();
  await go();
  await expect(
    page
      .getByRole("log")
      .getByRole("article")
      .filter({ hasText: new RegExp(`${numberOf(to)}(?!\\d)`) }),
  ).toBeInViewport();
  const took = Date.now() - begun;
  const longest = Math.max(...(await end()));
  say(`${how}: ${numberOf(to)} in sight after ${took} ms, the longest frame took ${longest.toFixed(0)} ms`);
  return took;
}

function tell(way: string, step: number, { gaps, stood, empty, rows, work }: Walked): void {
  const { median, worstSecond, seconds, smooth, late } = rateOf(gaps);
  const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
  say(
    `${way}, ${step} px each frame, ${seconds} s: median ${median.toFixed(1)} frames/s, worst second ` +
      `${worstSecond.toFixed(1)}, ${percent(smooth)} of the seconds at ${LEAST_FRAMES} or more; of ${gaps.length} frames ` +
      `${percent(late)} late, ${stood} without a move, ${empty} with an empty place; ` +
      `${((1_000 * work) / gaps.length).toFixed(1)} ms of a processor for each on the main thread; at most ${rows} rows`,
  );
}
