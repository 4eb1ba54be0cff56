// Being there without a connection: what one says of oneself holds for a minute, so it is said again and again. "Do not
// disturb" and "invisible" belong to the person, who may have chosen them on another device: saying "online" would take
// them back. So only what others see already is said again.
import { type ApiClient, unwrap } from "./api-client";

/** It is not said more often, and has ended when it was not said for as long. */
const LEAST_MS = 20_000;
const HOLDS_MS = 60_000;
/** How long a stream that is held back is waited for, and how long it may take until all of the server knows of one. */
const STREAM_MS = 1_000;
const KNOWN_MS = 500;

export class PresenceLease {
  private own: "online" | "away" = "online";
  private askedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly api: ApiClient,
    private readonly userId: string,
    private readonly until: AbortSignal,
  ) {}

  /** What the person said of themselves here. */
  chose(status: unknown): void {
    if (status === "online" || status === "away") this.own = status;
  }

  /** Call it at least twice a minute. Never rejects: others see one as they did before. */
  async renew(): Promise<void> {
    const passed = Date.now() - this.askedAt;
    if (passed < LEAST_MS) return;
    this.askedAt = Date.now();
    try {
      const seen = await this.seen();
      const status = seen === "offline" && passed > HOLDS_MS ? await this.comeIn() : seen;
      if (status === "dnd") await this.say("dnd");
      else if (status === "online" || status === "away") await this.say(this.own);
    } catch {
      // The next time comes soon.
    }
  }

  /**
   * Seen as offline is who is not there, and who is invisible. A stream counts as being there, also one whose answer does
   * not get through: whoever is still not seen then does not want to be.
   */
  private async comeIn(): Promise<string | undefined> {
    const life = new AbortController();
    const stream = this.api.GET("/v1/events", {
      params: { query: { scope: "inbox" } },
      parseAs: "stream",
      signal: AbortSignal.any([life.signal, this.until]),
    });
    try {
      await Promise.race([stream.catch(() => undefined), pause(STREAM_MS)]);
      await pause(KNOWN_MS);
      return await this.seen();
    } finally {
      life.abort();
    }
  }

  private async seen(): Promise<string | undefined> {
    const asked = { body: { user_ids: [this.userId] }, signal: this.until };
    const { presences } = await unwrap(this.api.POST("/v1/presence/query", asked));
    return presences[0]?.status;
  }

  private say(status: "online" | "away" | "dnd"): Promise<unknown> {
    return unwrap(this.api.PUT("/v1/me/presence", { body: { status }, signal: this.until }));
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
