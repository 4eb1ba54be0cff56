// Browser tests against a running stack; see e2e/stack.ts for how they find it.
import { defineConfig } from "@playwright/test";

const launchOptions = {
  executablePath: process.env.PULSE_CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};
/**
 * Without a GPU, Chromium paints what is out of sight in the background, and forgets to go on when that is interrupted
 * just as the next frame needs it: then no frame comes any more. See "When Chromium stops drawing" in docs/benchmarks.md.
 */
const paintsNothingAhead = { ...launchOptions, args: [...launchOptions.args, "--disable-best-effort-tasks"] };

export default defineConfig({
  testDir: "e2e",
  workers: 1,
  fullyParallel: false,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  outputDir: "test-results",
  use: {
    browserName: "chromium",
    actionTimeout: 15_000,
    // A trace of every step takes longer than the steps; what was on the page at a failure is told without one.
    screenshot: "only-on-failure",
    launchOptions,
  },
  projects: [
    {
      name: "journey",
      testMatch: [
        "journey.spec.ts",
        "way-in.spec.ts",
        "docs.spec.ts",
        "live.spec.ts",
        "history.spec.ts",
        "notice.spec.ts",
        "group.spec.ts",
        "room.spec.ts",
        "links.spec.ts",
        "outside.spec.ts",
        "accounts.spec.ts",
        "settings.spec.ts",
        "offline.spec.ts",
        "fallback.spec.ts",
        "gateway.spec.ts",
        "redis.spec.ts",
        "new-version.spec.ts",
        "axe.spec.ts",
        "keyboard.spec.ts",
        "phone.spec.ts",
        "rtl.spec.ts",
      ],
    },
    { name: "axe", testMatch: "axe.spec.ts" },
    { name: "scroll", testMatch: "scroll.spec.ts", use: { launchOptions: paintsNothingAhead } },
    { name: "lighthouse", testMatch: "lighthouse.spec.ts" },
    { name: "screenshots", testMatch: "screenshots.spec.ts" },
  ],
});
