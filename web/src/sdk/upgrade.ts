// While a lesser way serves: looks from time to time whether the best one gets through by now.
import type { Ways } from "./ways";
import { firstWord, type Wire } from "./wire";

const LOOK_MS = 10_000;

export class Upgrade {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private life = new AbortController();

  constructor(
    private readonly ways: Ways,
    private readonly accessToken: () => Promise<string>,
  ) {}

  /** Calls `found` with a wire of the best way and its first frame, unless it is stopped before. */
  begin(found: (wire: Wire, hello: string) => void): void {
    this.stop();
    const afterMs = this.ways.nextLookMs();
    if (afterMs === undefined) return;
    this.life = new AbortController();
    const { signal } = this.life;
    this.timer = setTimeout(() => void this.look(signal, found), afterMs);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.life.abort();
  }

  private async look(until: AbortSignal, found: (wire: Wire, hello: string) => void): Promise<void> {
    const token = await this.accessToken().catch(() => undefined);
    if (until.aborted) return;
    const wire = token === undefined ? undefined : this.ways.best.open(token);
    const hello = wire && (await firstWord(wire, LOOK_MS));
    if (until.aborted) wire?.close(1000);
    else if (wire && hello !== undefined) found(wire, hello);
    else this.begin(found);
  }
}
