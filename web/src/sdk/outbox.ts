// Messages that are on their way. Each keeps its `client_id` through every attempt, so that a repeat can never make a
// second message; it is written down, so that a reload loses nothing that was typed. Within a conversation one waits
// for the one before, so that they are stored in the order they were typed.
import { toApiError } from "./api-error";
import { backoffMs } from "./backoff";
import { randomId } from "./random-id";
import type { Attachment, Message, ReplyTo } from "./types";

/** A message as it was written. */
export interface Draft {
  body: string;
  /** The message that is answered, as the answer will show it. */
  replyTo?: ReplyTo | undefined;
  /** Files that are uploaded already. */
  attachments?: readonly Attachment[] | undefined;
  /** Files that are to be uploaded on the way. */
  files?: readonly File[] | undefined;
}

/** A file that is on its way. */
export interface PendingFile {
  name: string;
  mediaType: string;
  size: number;
  blob: Blob;
  /** Once it is uploaded. */
  attachmentId?: string | undefined;
  /** How much of it is uploaded, 0 to 1. */
  progress: number;
}

export interface PendingMessage {
  clientId: string;
  conversationId: string;
  body: string;
  replyTo?: ReplyTo | undefined;
  attachments?: readonly Attachment[] | undefined;
  files?: readonly PendingFile[] | undefined;
  createdAt: string;
  /** `waiting` is repeated by itself; `failed` was refused and waits for the person. */
  status: "sending" | "waiting" | "failed";
  /** Code of the last failure. */
  errorCode?: string | undefined;
}

export interface OutboxOptions {
  storageKey: string;
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  /** One attempt; resolves with the stored message. */
  deliver: (message: PendingMessage) => Promise<Message>;
  onSent: (message: Message) => void;
  newId?: () => string;
  random?: () => number;
}

export class Outbox {
  private items: PendingMessage[];
  private running = false;
  /** The last attempt of each conversation; the next one begins after it. */
  private readonly chains = new Map<string, Promise<void>>();
  /** Ends the pause before a repeat, by `clientId`. */
  private readonly pauses = new Map<string, () => void>();
  private readonly listeners = new Set<() => void>();

  constructor(private readonly options: OutboxOptions) {
    this.items = this.read();
  }

  /** All that is on its way, oldest first; the same array until something changes. */
  getItems = (): PendingMessage[] => this.items;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Sends what an earlier visit left, and from now on what is given to `send`. */
  start(): void {
    this.running = true;
    for (const item of this.items) if (item.status !== "failed") this.enqueue(item);
  }

  /** Begins no further attempt; what is left stays written down. */
  stop(): void {
    this.running = false;
    this.retryAll();
  }

  send(conversationId: string, draft: Draft | string): void {
    const { body, replyTo, attachments }: Draft = typeof draft === "string" ? { body: draft } : draft;
    const clientId = (this.options.newId ?? randomId)();
    const createdAt = new Date().toISOString();
    const item: PendingMessage = { clientId, conversationId, body, createdAt, status: "sending" };
    if (replyTo) item.replyTo = replyTo;
    if (attachments) item.attachments = attachments;
    this.set([...this.items, item]);
    this.enqueue(item);
  }

  retry(clientId: string): void {
    const item = this.find(clientId);
    if (item?.status === "failed") {
      this.update(clientId, { status: "sending", errorCode: undefined });
      this.enqueue(item);
    } else this.pauses.get(clientId)?.();
  }

  discard(clientId: string): void {
    this.set(this.items.filter((item) => item.clientId !== clientId));
    this.pauses.get(clientId)?.();
  }

  /** Ends every pause: the connection is back. */
  retryAll(): void {
    for (const wake of [...this.pauses.values()]) wake();
  }

  private enqueue({ clientId, conversationId }: PendingMessage): void {
    const before = this.chains.get(conversationId) ?? Promise.resolve();
    this.chains.set(
      conversationId,
      before.then(() => this.deliver(clientId)),
    );
  }

  /** Tries until the message is stored, refused or discarded. */
  private async deliver(clientId: string): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const item = this.find(clientId);
      if (!this.running || !item || item.status === "failed") return;
      this.update(clientId, { status: "sending" });
      try {
        this.options.onSent(await this.options.deliver(item));
        this.discard(clientId);
        return;
      } catch (cause) {
        if (!this.running) return;
        const { code, retryable, retryAfterMs } = toApiError(cause);
        this.update(clientId, { status: retryable ? "waiting" : "failed", errorCode: code });
        if (retryable)
          await this.pause(clientId, retryAfterMs ?? backoffMs(attempt, this.options.random ?? Math.random));
      }
    }
  }

  private pause(clientId: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.pauses.delete(clientId);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.pauses.set(clientId, wake);
    });
  }

  private find(clientId: string): PendingMessage | undefined {
    return this.items.find((item) => item.clientId === clientId);
  }

  private update(clientId: string, change: Partial<PendingMessage>): void {
    this.set(this.items.map((item) => (item.clientId === clientId ? { ...item, ...change } : item)));
  }

  private set(items: PendingMessage[]): void {
    this.items = items;
    if (items.length > 0) this.options.storage.setItem(this.options.storageKey, JSON.stringify(items));
    else this.options.storage.removeItem(this.options.storageKey);
    for (const listener of this.listeners) listener();
  }

  private read(): PendingMessage[] {
    try {
      const stored = JSON.parse(this.options.storage.getItem(this.options.storageKey) ?? "[]") as PendingMessage[];
      return stored.map((item) => (item.status === "failed" ? item : { ...item, status: "waiting" }));
    } catch {
      return [];
    }
  }
}
