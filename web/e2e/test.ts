// What every spec begins with: Playwright's own, and no browser window stays open after its test. One that did would keep
// its socket, and take time from those that follow.
import { test as base } from "@playwright/test";

export * from "@playwright/test";

export const test = base.extend<{ tidy: undefined }>({
  tidy: [
    async ({ browser }, use) => {
      await use(undefined);
      await Promise.all(browser.contexts().map((context) => context.close()));
    },
    { auto: true },
  ],
});
