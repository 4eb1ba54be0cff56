// What the ways without a socket have in common: what is sent goes by REST, and silence ends them.
import type { ApiClient } from "./api-client";
import { RestAnswers } from "./rest-answers";
import type { Wire } from "./wire";

export abstract class RestWire implements Wire {
  onmessage: Wire["onmessage"] = null;
  onclose: Wire["onclose"] = null;
  private readonly life = new AbortController();
  private readonly answers: RestAnswers;
  private silence: ReturnType<typeof setTimeout> | undefined;

  constructor(api: ApiClient) {
    this.answers = new RestAnswers(api, (frame) => this.tell(JSON.stringify(frame)), this.signal);
  }

  send(text: string): void {
    void this.answers.take(text);
  }

  close(): void {
    clearTimeout(this.silence);
    this.life.abort();
  }

  /** Aborts with the end of the wire. */
  protected get signal(): AbortSignal {
    return this.life.signal;
  }

  protected tell(frame: string): void {
    if (!this.signal.aborted) this.onmessage?.({ data: frame });
  }

  protected end(code: number): void {
    if (this.signal.aborted) return;
    this.close();
    this.onclose?.({ code });
  }

  /** The server is there; it must be heard of again within this time. */
  protected heard(againWithinMs: number): void {
    clearTimeout(this.silence);
    if (!this.signal.aborted) this.silence = setTimeout(() => this.end(4408), againWithinMs);
  }
}

/** The close code that a socket would have had in place of an error: what to do follows from it. */
export function codeOf({ status, code }: { status: number; code: string }): number {
  if (code === "session_revoked") return 4403;
  if (status === 401) return 4401;
  return [429, 503].includes(status) ? 1013 : 1006;
}
