// What axe finds wrong with the screen as it stands, in the light and in the dark.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** All rules; what is in order is not listed. */
const BRIEF = { resultTypes: ["violations" as const] };

export class Faults {
  constructor(readonly page: Page) {}

  /** `part` is what is new on the screen, when the rest of it was looked at before. */
  async look(screen: string, part = "body"): Promise<void> {
    const { page } = this;
    await this.#note(screen, "light", new AxeBuilder({ page }).options(BRIEF));
    // What differs in the dark are the colours.
    const dark = new AxeBuilder({ page }).options(BRIEF).withRules(["color-contrast"]);
    await this.#note(screen, "dark", dark.include(part));
  }

  async #note(screen: string, scheme: "light" | "dark", axe: AxeBuilder): Promise<void> {
    await this.page.emulateMedia({ colorScheme: scheme });
    await still(this.page);
    // There are no frames within the page, for which alone the other way of running is better.
    const { violations } = await axe.setLegacyMode(true).analyze();
    const faults = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, any }) => `${id} at ${target.join(" ")} ${any[0]?.message ?? ""}`.trim()),
    );
    // The other screens are looked at all the same.
    expect.soft(faults, `${screen}, ${scheme}`).toEqual([]);
  }
}

/** Nothing is loading and nothing moves: a colour on its way to another one is neither of the two. */
export async function still(page: Page): Promise<void> {
  await expect(page.locator("[role=status] > [aria-hidden]:empty")).toHaveCount(0);
  let calm = 0;
  await expect(async () => {
    const moving = await page.evaluate(() => {
      const ends = ({ effect }: Animation) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY;
      return document.getAnimations().filter((animation) => animation.playState === "running" && ends(animation))
        .length;
    });
    calm = moving === 0 ? calm + 1 : 0;
    // What changes within something that changes may begin only when that has ended.
    expect(calm).toBeGreaterThanOrEqual(2);
  }).toPass({ intervals: [50], timeout: 10_000 });
}

/** Goes to another address as a link of the client does, without loading the page anew. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => history.pushState(null, "", to), path);
}
