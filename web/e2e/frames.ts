// Scrolls through a list as fast as somebody flings it, and notes when each frame came to the screen.
import type { Browser, CDPSession, Page } from "@playwright/test";

export interface Walk {
  /** Milliseconds between one frame on the screen and the next. */
  gaps: number[];
  /** Frames in which nothing could move, because what comes next was not there yet. */
  stood: number;
  /** Nothing has moved for a while: nothing more comes in this direction. */
  ended: boolean;
  /** Frames in which a part of the screen was still empty. */
  empty: number;
  /** Rows in the page at most. */
  rows: number;
}

interface Options {
  /** Pixels each frame; negative ones lead up. */
  step: number;
  ms: number;
}

/** Moves between two frames, as a wheel does: the page hears of it before it draws the next one. */
export async function walk(browser: Browser, page: Page, { step, ms }: Options): Promise<Walk> {
  await browser.startTracing(page, { categories: ["-*", FRAMES, MARKS] });
  const walking = page.getByRole("log").evaluate(
    (box, { step, ms, most, begin, end }) =>
      new Promise<Pick<Walk, "stood" | "rows" | "ended">>((resolve) => {
        let [rows, stood, still] = [0, 0, 0];
        const begun = performance.now();
        performance.mark(begin);
        const between = new MessageChannel();
        between.port1.onmessage = () => {
          const before = box.scrollTop;
          box.scrollTop = before + step;
          still = box.scrollTop === before ? still + 1 : 0;
          if (still > 0) stood += 1;
          rows = Math.max(rows, box.querySelectorAll("[data-index]").length);
        };
        const frame = (now: number) => {
          const ended = still >= most;
          if (ended || now - begun >= ms) {
            performance.mark(end);
            return resolve({ stood: ended ? stood - still : stood, rows, ended });
          }
          between.port2.postMessage(undefined);
          requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      }),
    { step, ms, most: STILL_FRAMES, begin: BEGIN, end: END },
  );
  const walked = await withinMs(walking, ms + LATEST_MS, `no frame came any more in a walk of ${ms} ms`);
  return { ...walked, ...framesIn(JSON.parse((await browser.stopTracing()).toString())) };
}

/** So much later than it should a walk may end. */
const LATEST_MS = 15_000;

async function withinMs<T>(promise: Promise<T>, ms: number, otherwise: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(otherwise)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** So long nothing is waited for: two seconds. */
const STILL_FRAMES = 120;
const FRAMES = "disabled-by-default-devtools.timeline.frame";
const MARKS = "blink.user_timing";
/** What was drawn before the first move, or after the last, is not of the walk: nobody moved then. */
const [BEGIN, END] = ["walk begins", "walk ends"];

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  /** Microseconds. */
  ts: number;
  id2?: { local: string };
  args?: { frame_reporter?: { state: string; has_missing_content: boolean } };
}

/** When the frames came to the screen in which the page had drawn something new. */
function framesIn({ traceEvents }: { traceEvents: TraceEvent[] }): Pick<Walk, "gaps" | "empty"> {
  const timeOf = (mark: string) => traceEvents.find(({ name }) => name === mark)?.ts ?? Number.NaN;
  const [from, to] = [timeOf(BEGIN), timeOf(END)];
  const shown = [from / 1_000];
  const begun = new Map<string, boolean>();
  let empty = 0;
  for (const { name, ph, pid, id2, ts, args } of traceEvents) {
    if (name !== "PipelineReporter" || !id2) continue;
    const id = `${pid} ${id2.local}`;
    const report = args?.frame_reporter;
    if (ph === "b" && report?.state === "STATE_PRESENTED_ALL") begun.set(id, report.has_missing_content);
    if (ph !== "e" || !begun.has(id) || ts < from || ts > to) continue;
    shown.push(ts / 1_000);
    if (begun.get(id)) empty += 1;
    begun.delete(id);
  }
  shown.sort((a, b) => a - b);
  return { gaps: shown.slice(1).map((at, index) => at - (shown[index] ?? at)), empty };
}

/** Notes the frames from now on; the function that is given back ends it. */
export async function watchFrames(page: Page): Promise<() => Promise<number[]>> {
  const watch = await page.evaluateHandle(() => {
    const gaps: number[] = [];
    let last = performance.now();
    let ended = false;
    const frame = (now: number) => {
      gaps.push(now - last);
      last = now;
      if (!ended) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    return () => {
      ended = true;
      return gaps;
    };
  });
  return () => watch.evaluate((end) => end());
}

/** So many frames a second are smooth. */
export const LEAST_FRAMES = 50;

export interface Rate {
  median: number;
  worstSecond: number;
  seconds: number;
  /** The part of the seconds with `LEAST_FRAMES` or more. */
  smooth: number;
  /** The part of the frames. */
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
    seconds: seconds.length,
    smooth: seconds.filter((rate) => rate >= LEAST_FRAMES).length / Math.max(1, seconds.length),
    late: gaps.filter((gap) => gap > LATE_MS).length / Math.max(1, gaps.length),
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
