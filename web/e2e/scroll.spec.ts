// Scrolls through a conversation of very many messages, from the latest to the first and back down, and tells how many
// frames a second were drawn and what the page held in memory. For `npm run scroll`, against a built client.

import { type CDPSession, expect, type Page } from "@playwright/test";
import { heapOf, numberInSight, rateOf, walk, workOf } from "./frames";
import { keptLongChat, signIn } from "./long-chat";
import { publicUrl } from "./stack";
import { test } from "./test";

const COUNT = Number(process.env.PULSE_SCROLL_MESSAGES ?? 100_000);
/** Pixels each frame: at 60 frames a second about twenty screens a second pass by. */
const STEP = Number(process.env.PULSE_SCROLL_STEP ?? 240);
const MOST_MINUTES = Number(process.env.PULSE_SCROLL_MINUTES ?? 15);
const LEAST_FRAMES = 50;

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
  say(`${COUNT} messages, ${STEP} px each frame, ${browser.browserType().name()} ${browser.version()}`);

  const atEnd = await heapOf(devtools);
  const up = await through(page, devtools, -STEP, COUNT / 2);
  say(`${((1_000 * up.work) / up.gaps.length).toFixed(1)} ms of a processor for each frame, on the main thread`);
  say(tell("up", up.gaps, up.rows, `heap ${atEnd.toFixed(1)} MiB at the end, ${up.halfway.toFixed(1)} in the middle`));
  const atStart = await heapOf(devtools);
  say(`heap ${atStart.toFixed(1)} MiB at the start; the first in sight is #${await numberInSight(page)}`);
  const down = await walk(page, { step: STEP, ms: 20_000 });
  say(tell("down again, 20 s", down.gaps, down.rows, `heap ${(await heapOf(devtools)).toFixed(1)} MiB`));

  expect(up.through).toBe(true);
  expect(rateOf(up.gaps).median).toBeGreaterThanOrEqual(LEAST_FRAMES);
  expect(up.rows).toBeLessThan(120);
  expect(Math.max(up.halfway, atStart)).toBeLessThan(atEnd + 64);
});

const say = (line: string) => process.stdout.write(`${line}\n`);

/** A few seconds at a time, until nothing more comes. Looks into the memory once `middle` is passed. */
async function through(page: Page, devtools: CDPSession, step: number, middle: number) {
  const gaps: number[] = [];
  let [rows, halfway, work] = [0, 0, 0];
  const until = Date.now() + MOST_MINUTES * 60_000;
  let before = Number.NaN;
  for (let number = await numberInSight(page); number !== before; number = await numberInSight(page)) {
    before = number;
    const worked = await workOf(devtools);
    const part = await walk(page, { step, ms: 5_000 });
    work += (await workOf(devtools)) - worked;
    gaps.push(...part.gaps);
    rows = Math.max(rows, part.rows);
    if (halfway === 0 && number < middle) halfway = await heapOf(devtools);
    if (Date.now() < until) continue;
    say(`stopped at #${number}: ${MOST_MINUTES} minutes are over`);
    break;
  }
  return { gaps, rows, halfway, work, through: Date.now() < until };
}

function tell(way: string, gaps: readonly number[], rows: number, rest: string): string {
  const { median, worstSecond, late } = rateOf(gaps);
  const seconds = gaps.reduce((sum, gap) => sum + gap, 0) / 1_000;
  const rates = `median ${median.toFixed(1)} frames/s, worst second ${worstSecond.toFixed(1)}`;
  return `${way}: ${seconds.toFixed(0)} s, ${rates}, ${late.toFixed(1)} % later than 20 ms, at most ${rows} rows; ${rest}`;
}
