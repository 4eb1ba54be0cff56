// Scrolls through a list as fast as somebody flings it, and notes when each frame was drawn. Runs in the page.
import type { CDPSession, Page } from "@playwright/test";

export interface Walk {
  /** Milliseconds between one frame and the next. */
  gaps: number[];
  /** How far down the box may still be moved in this direction. */
  left: number;
  /** Rows in the page at most. */
  rows: number;
}

interface Options {
  /** Pixels each frame; negative ones lead up. */
  step: number;
  ms: number;
}

export function walk(page: Page, options: Options): Promise<Walk> {
  return page.getByRole("log").evaluate(
    (box, { step, ms }) =>
      new Promise<Walk>((resolve) => {
        const gaps: number[] = [];
        let rows = 0;
        let last: number | undefined;
        const begun = performance.now();
        const frame = (now: number) => {
          if (last !== undefined) gaps.push(now - last);
          last = now;
          box.scrollTop += step;
          rows = Math.max(rows, box.querySelectorAll("[data-index]").length);
          const left = step < 0 ? box.scrollTop : box.scrollHeight - box.clientHeight - box.scrollTop;
          if (now - begun >= ms) resolve({ gaps, left, rows });
          else requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      }),
    options,
  );
}

export interface Rate {
  median: number;
  worstSecond: number;
  /** Percent of the frames. */
  late: number;
}

const LATE_MS = 20;

/** Frames a second: of all seconds the one in the middle and the worst one. */
export function rateOf(gaps: readonly number[]): Rate {
  const seconds: number[] = [];
  let [frames, time] = [0, 0];
  for (const gap of gaps) {
    frames += 1;
    time += gap;
    if (time < 1_000) continue;
    seconds.push((frames * 1_000) / time);
    [frames, time] = [0, 0];
  }
  seconds.sort((a, b) => a - b);
  return {
    median: seconds[seconds.length >> 1] ?? 0,
    worstSecond: seconds[0] ?? 0,
    late: (100 * gaps.filter((gap) => gap > LATE_MS).length) / Math.max(1, gaps.length),
  };
}

/** What the page holds once what it let go of has been collected, in MiB. */
export async function heapOf(devtools: CDPSession): Promise<number> {
  await devtools.send("HeapProfiler.collectGarbage");
  const { metrics } = await devtools.send("Performance.getMetrics");
  const used = metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? 0;
  return used / 2 ** 20;
}

/** For how many seconds a processor has worked for the page's main thread: it counts no time in which others had it. */
export async function workOf(devtools: CDPSession): Promise<number> {
  const { metrics } = await devtools.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
}

/** The number of the topmost message in sight. */
export async function numberInSight(page: Page): Promise<number> {
  return page.getByRole("log").evaluate((box) => {
    const top = box.getBoundingClientRect().top;
    const articles = [...box.querySelectorAll("article")];
    const seen = articles.find((article) => article.getBoundingClientRect().bottom > top);
    return Number(/#(\d+)/.exec(seen?.textContent ?? "")?.[1] ?? Number.NaN);
  });
}
