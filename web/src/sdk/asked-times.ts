// When each account was asked last, shared by all tabs: they ask in turn, and none of them too often.

const KEY = "pulse.asked";
/** However often somebody looks, an account is not asked again within this time. */
const LEAST_MS = 1_000;
const FIRST_BACKOFF_MS = 15_000;
const LONGEST_BACKOFF_MS = 15 * 60_000;

interface Asked {
  at: number;
  /** How many times in a row there was no answer. */
  failures: number;
  /** How long it is left alone at least. */
  leastMs: number;
}

export class AskedTimes {
  constructor(
    private readonly shared: Pick<Storage, "getItem" | "setItem">,
    private readonly now: () => number,
    private readonly random: () => number,
  ) {}

  /** How long until it may be asked again, if it is to be asked every so often. */
  waitMs(sessionId: string, everyMs: number): number {
    const asked = this.read()[sessionId];
    const passedMs = asked ? this.now() - asked.at : Number.POSITIVE_INFINITY;
    // The clock may have been set back.
    if (!asked || passedMs < 0) return 0;
    return Math.max(0, Math.max(everyMs, asked.leastMs) - passedMs);
  }

  isSince(sessionId: string, time: number): boolean {
    return (this.read()[sessionId]?.at ?? Number.NEGATIVE_INFINITY) >= time;
  }

  /** `at` is when it was asked: what it answered may be as old. */
  answered(sessionId: string, at: number): void {
    this.write(sessionId, { at, failures: 0, leastMs: LEAST_MS });
  }

  failed(sessionId: string, retryAfterMs = 0): void {
    const failures = (this.read()[sessionId]?.failures ?? 0) + 1;
    const ceiling = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 16));
    const leastMs = Math.max(retryAfterMs, LEAST_MS + this.random() * (ceiling - LEAST_MS));
    this.write(sessionId, { at: this.now(), failures, leastMs });
  }

  /** Forgets all but these. */
  keep(sessionIds: readonly string[]): void {
    const known = this.read();
    const kept = Object.entries(known).filter(([id]) => sessionIds.includes(id));
    if (kept.length < Object.keys(known).length) this.shared.setItem(KEY, JSON.stringify(Object.fromEntries(kept)));
  }

  private read(): Record<string, Asked> {
    try {
      return (JSON.parse(this.shared.getItem(KEY) ?? "{}") ?? {}) as Record<string, Asked>;
    } catch {
      return {};
    }
  }

  private write(sessionId: string, asked: Asked): void {
    this.shared.setItem(KEY, JSON.stringify({ ...this.read(), [sessionId]: asked }));
  }
}
