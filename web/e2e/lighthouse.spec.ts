// What Lighthouse says of the way in and of the inbox, on a phone and on a desktop. For `npm run lighthouse`, against a
// built client. Lighthouse is large and needed by nobody else, so npx fetches it when it is wanted.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { chromium, expect } from "@playwright/test";
import { signIn } from "./long-chat";
import { connect, enrol, talk } from "./scene";
import { publicUrl } from "./stack";
import { test } from "./test";

const COMMAND = (process.env.PULSE_LIGHTHOUSE ?? "npx --yes lighthouse@12.8.2").split(" ");
const CATEGORIES = ["performance", "accessibility", "best-practices"];
const METRICS = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time"];
const LEAST = 95;
/** Performance differs from time to time with what else the machine does: the one in the middle counts. */
const TIMES = 3;
const run = promisify(execFile);

interface Report {
  finalDisplayedUrl: string;
  categories: Record<string, { score: number; auditRefs: { id: string; weight: number }[] }>;
  audits: Record<string, { score: number | null; title: string; displayValue?: string }>;
}

test("Lighthouse finds nothing worth mending", async () => {
  test.setTimeout(15 * 60_000);
  const url = publicUrl();
  const ada = await enrol(url, "Ada Holm");
  const ben = await enrol(url, "Ben Okafor");
  await connect(ada, ben);
  await talk(ada, ben, [[ben, "Did you see the prints?"]]);
  const { executablePath = "", args = [] } = test.info().project.use.launchOptions ?? {};
  const folder = await mkdtemp(join(tmpdir(), "pulse-lighthouse-"));
  const report = async (address: string, device: string, profile: string): Promise<Report> => {
    const output = join(folder, "report.json");
    const [command = "", ...first] = COMMAND;
    const flags = ["--headless=new", ...args, `--user-data-dir=${profile}`];
    const rest = [
      address,
      `--chrome-flags=${flags.join(" ")}`,
      "--quiet",
      "--disable-storage-reset",
      `--only-categories=${CATEGORIES.join(",")}`,
      "--output=json",
      `--output-path=${output}`,
      ...(device === "desktop" ? ["--preset=desktop"] : []),
    ];
    await run(command, [...first, ...rest], {
      env: { ...process.env, CHROME_PATH: executablePath },
      maxBuffer: 2 ** 26,
    });
    return JSON.parse(await readFile(output, "utf8")) as Report;
  };
  const low: string[] = [];
  const look = async (screen: string, path: string, prepare: (profile: string) => Promise<void>) => {
    for (const device of ["mobile", "desktop"]) {
      const reports: Report[] = [];
      for (let time = 1; time <= TIMES; time++) {
        const profile = join(folder, `${screen}-${device}-${time}`);
        await prepare(profile);
        const one = await report(`${url}${path}`, device, profile);
        // Not the page of a fault, and not that of somebody who was sent away.
        expect(one.finalDisplayedUrl).toBe(`${url}${path}`);
        reports.push(one);
      }
      const { categories, audits } = middleOf(reports);
      const scores = CATEGORIES.map((name) => [name, Math.round(100 * (categories[name]?.score ?? 0))] as const);
      const told = METRICS.map((id) => `${audits[id]?.title} ${audits[id]?.displayValue}`).join(", ");
      process.stdout.write(
        `${screen}, ${device}: ${scores.map(([name, score]) => `${name} ${score}`).join(", ")} (${told})\n`,
      );
      for (const fault of faultsOf({ categories, audits })) process.stdout.write(`  ${fault}\n`);
      low.push(
        ...scores.filter(([, score]) => score < LEAST).map((score) => `${screen}, ${device}: ${score.join(" ")}`),
      );
    }
  };
  // By browsers that were never here; a second visit would find everything kept.
  await look("sign-in", "/sign-in", async () => undefined);
  // Who looks into their inbox has been here before. Lighthouse ends its browser without letting it keep the newest
  // cookies, so each report has a sign-in of its own.
  await look("inbox", "/", async (profile) => {
    const context = await chromium.launchPersistentContext(profile, { executablePath, args });
    await signIn(context, url, ada.username);
    const page = await context.newPage();
    await page.goto(url);
    await expect(page.getByRole("link", { name: /Ben Okafor/ }).first()).toBeVisible({ timeout: 30_000 });
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await context.close();
  });
  await rm(folder, { recursive: true });
  expect(low).toEqual([]);
});

function middleOf(reports: readonly Report[]): Report {
  const sorted = reports.toSorted((a, b) => performanceOf(a) - performanceOf(b));
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (!middle) throw new Error("no report");
  return middle;
}

function performanceOf({ categories }: Report): number {
  return categories.performance?.score ?? 0;
}

/** What costs points, and how much was measured. */
function faultsOf({ categories, audits }: Omit<Report, "finalDisplayedUrl">): string[] {
  const counted = CATEGORIES.flatMap((name) => categories[name]?.auditRefs ?? []).filter(({ weight }) => weight > 0);
  return counted.flatMap(({ id }) => {
    const audit = audits[id];
    if (!audit || audit.score === null || audit.score >= 0.9) return [];
    return [`${id}: ${audit.title} ${audit.displayValue ?? ""}`];
  });
}
