// GET /v1/events: the frames of a socket as server-sent events, for where WebSockets do not get through. The stream is
// read with `fetch`, since `EventSource` can't send the token.
import { type ApiClient, unwrap } from "./api-client";
import { errorFromProblem } from "./api-error";
import { codeOf, RestWire } from "./rest-wire";
import type { Way } from "./wire";

/** A comment comes every 15 s. */
const SILENCE_MS = 30_000;
/** The first word comes at once. When it does not, and other calls are answered meanwhile, something holds it back. */
const FIRST_WORD_MS = 2_000;
const MORE_MS = 1_000;

export function eventStreamWay(baseUrl: string, api: ApiClient): Way {
  return { transport: "events", open: (token) => new EventStream(baseUrl, api, token) };
}

export class EventStream extends RestWire {
  private hasSpoken = false;

  constructor(
    baseUrl: string,
    private readonly api: ApiClient,
    token: string,
  ) {
    super(api);
    void this.read(`${baseUrl}/v1/events`, token).catch(() => this.end(1006));
    void this.compare().catch(() => undefined);
  }

  private async compare(): Promise<void> {
    await pause(FIRST_WORD_MS);
    if (this.hasSpoken || this.signal.aborted) return;
    await unwrap(this.api.GET("/v1/config", { signal: this.signal }));
    await pause(MORE_MS);
    if (!this.hasSpoken) this.end(4408);
  }

  private async read(url: string, token: string): Promise<void> {
    const headers = { Authorization: `Bearer ${token}`, Accept: "text/event-stream" };
    const response = await fetch(url, { headers, signal: this.signal, cache: "no-store" });
    if (!response.ok || !response.body) {
      const problem: unknown = await response.json().catch(() => undefined);
      return this.end(codeOf(errorFromProblem(response, problem)));
    }
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let text = "";
    this.heard(SILENCE_MS);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return this.end(1006);
      this.hasSpoken = true;
      this.heard(SILENCE_MS);
      const lines = (text + decoder.decode(value, { stream: true })).split("\n");
      text = lines.pop() ?? "";
      // Each event has one line of data; ids are not needed: whoever comes back asks what changed since its own token.
      for (const line of lines) if (line.startsWith("data:")) this.tell(line.slice(5).trim());
    }
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
