// Requests that wait for their answer, matched by the id that both carry.
import { ApiError, networkError } from "./api-error";
import type { FrameError } from "./events";

const ANSWER_MS = 10_000;

interface Waiting {
  resolve: (data: unknown) => void;
  reject: (error: ApiError) => void;
  timer: ReturnType<typeof setTimeout>;
}

export class Requests {
  private next = 1;
  private readonly waiting = new Map<string, Waiting>();

  constructor(
    private readonly prefix = "r",
    private readonly answerMs = ANSWER_MS,
  ) {}

  /** Resolves with the reply's data; rejects at once with `network` when there is no way to send. */
  send(transmit: ((id: string) => void) | undefined): Promise<unknown> {
    if (!transmit) return Promise.reject(networkError());
    const id = `${this.prefix}${this.next++}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.take(id)?.reject(networkError("timeout")), this.answerMs);
      this.waiting.set(id, { resolve, reject, timer });
      transmit(id);
    });
  }

  resolve(id: string, data: unknown): void {
    this.take(id)?.resolve(data);
  }

  reject(id: string, { code, detail, errors, retry_after_ms }: FrameError): void {
    this.take(id)?.reject(new ApiError(0, code, detail ?? code, errors, retry_after_ms ?? undefined));
  }

  /** The socket is gone; whether the server acted on what waits is unknown. */
  failAll(): void {
    for (const id of [...this.waiting.keys()]) this.take(id)?.reject(networkError());
  }

  private take(id: string): Waiting | undefined {
    const waiting = this.waiting.get(id);
    if (waiting) clearTimeout(waiting.timer);
    this.waiting.delete(id);
    return waiting;
  }
}
