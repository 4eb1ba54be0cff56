// The `test` of every spec: no window of the browser stays open after it. One that did would keep its socket, and take
// time from those that follow.
import { test as base } from "@playwright/test";

export const test = base.extend<{ tidy: undefined }>({
  tidy: [
    async ({ browser }, use) => {
      await use(undefined);
      await Promise.all(browser.contexts().map((context) => context.close()));
    },
    { auto: true },
  ],
});
