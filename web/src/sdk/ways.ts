// Which way to the server is taken: the first one that gets through. Proxies may refuse WebSockets, or swallow them; some
// hold back what streams.
import type { Way } from "./wire";

/** How long a lesser way serves before the best one is tried again; twice as long after each time in vain. */
const FIRST_LOOK_MS = 15_000;
const LONGEST_LOOK_MS = 10 * 60_000;

export class Ways {
  private index = 0;
  private failures = 0;
  private looks = 0;

  constructor(
    readonly best: Way,
    private readonly further: readonly Way[] = [],
  ) {}

  get current(): Way {
    return this.further[this.index - 1] ?? this.best;
  }

  /**
   * An attempt ended before the server said a word. A refusal of the best way may be chance: it gets a second one. Gives
   * true when another way is left that need not be waited for.
   */
  failed(wasRefused: boolean): boolean {
    this.failures += 1;
    if (this.index === 0 && wasRefused && this.failures < 2) return false;
    this.failures = 0;
    this.index = (this.index + 1) % (this.further.length + 1);
    return this.index > 0;
  }

  opened(): void {
    this.failures = 0;
    if (this.index === 0) this.looks = 0;
  }

  /** Nothing gets through, or the best way does again. */
  startOver(): void {
    this.index = 0;
    this.failures = 0;
  }

  /** When to look whether the best way gets through by now; never while it is the one taken. */
  nextLookMs(): number | undefined {
    if (this.index === 0) return undefined;
    return Math.min(FIRST_LOOK_MS * 2 ** Math.min(this.looks++, 10), LONGEST_LOOK_MS);
  }
}
