// Renews the access token of a connection before it ends, so that the connection need not.

const BEFORE_MS = 60_000;

export class TokenRenewal {
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `renew` shows the server a new token, and gives the time when that one ends. */
  constructor(
    private readonly renew: () => Promise<string | undefined>,
    private readonly now: () => number,
  ) {}

  /** The token ends at a time, seen from another. */
  before(expiresAt: string, from: number): void {
    const lifeMs = Date.parse(expiresAt) - from;
    this.stop();
    this.timer = setTimeout(() => void this.run(), Math.max(lifeMs - BEFORE_MS, lifeMs / 2, 1_000));
  }

  async run(): Promise<void> {
    this.stop();
    const expiresAt = await this.renew().catch(() => undefined);
    if (expiresAt !== undefined) this.before(expiresAt, this.now());
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
