// Messages that are on their way. Each keeps its `client_id` through every attempt, so that a repeat can never make a
// second message; it is written down, so that a reload loses nothing that was typed. Within a conversation one waits
// for the one before, so that they are stored in the order they were typed. Of several tabs one sends; the others hand
// it what was typed in them, and all show the same.
import { toApiError } from "./api-error";
import { backoffMs } from "./backoff";
import { type Draft, type OutboxWord, type PendingFile, type PendingMessage, pendingOf } from "./outbox-message";
import type { OutboxStore } from "./outbox-store";
import { type Upload, Uploads } from "./outbox-uploads";
import { Pauses } from "./pauses";
import { randomId } from "./random-id";
import type { Message } from "./types";

export type { Draft, PendingFile, PendingMessage };

export interface OutboxOptions {
  store: OutboxStore;
  /** One attempt; resolves with the stored message. */
  deliver: (message: PendingMessage) => Promise<Message>;
  upload: Upload;
  onSent: (message: Message) => void;
  /** Tells the other tabs; give what they tell to `hear`. */
  tell?: (word: OutboxWord) => void;
  newId?: () => string;
  random?: () => number;
}

export class Outbox {
  private items: PendingMessage[] = [];
  private running = false;
  private order = 0;
  private readonly loaded: Promise<void>;
  /** The last attempt of each conversation; the next one begins after it. */
  private readonly chains = new Map<string, Promise<void>>();
  private readonly queued = new Set<string>();
  /** Before a repeat, by `clientId`. */
  private readonly pauses = new Pauses();
  private readonly uploads: Uploads;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly options: OutboxOptions) {
    this.uploads = new Uploads(options.upload);
    this.loaded = this.load();
  }

  /** All that is on its way, oldest first; the same array until something changes. */
  getItems = (): PendingMessage[] => this.items;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** This tab sends from now on: what an earlier visit or another tab left, and what is given to `send`. */
  start(): void {
    this.running = true;
    // What the tab that sent before had learned is in the store.
    void this.loaded.then(() => this.load()).then(() => this.enqueueAll());
  }

  /** Begins no further attempt; what is left stays written down. */
  stop(): void {
    this.running = false;
    this.retryAll();
  }

  send(conversationId: string, draft: Draft | string): void {
    const clientId = (this.options.newId ?? randomId)();
    this.order = Math.max(Date.now(), this.order + 1);
    const item = pendingOf(clientId, conversationId, typeof draft === "string" ? { body: draft } : draft, this.order);
    this.show([...this.items, item]);
    // Written down before another tab or the server hears of it; where that is refused, it is sent all the same.
    const kept = this.options.store.put(item).catch(() => undefined);
    void kept.then(() => this.options.tell?.({ outbox: "put", item }));
    if (this.running) this.enqueue(item, kept);
  }

  retry(clientId: string): void {
    const item = this.find(clientId);
    if (!this.running) this.options.tell?.({ outbox: "retry", clientId });
    else if (item?.status === "failed") {
      this.update(clientId, { status: "sending", errorCode: undefined });
      this.enqueue(item);
    } else this.pauses.end(clientId);
  }

  discard(clientId: string): void {
    this.remove(clientId);
    this.options.tell?.({ outbox: "remove", clientId });
  }

  /** Ends every pause: the connection is back. */
  retryAll(): void {
    this.pauses.endAll();
  }

  /** What another tab told. */
  hear(word: OutboxWord): void {
    if (word.outbox === "put") {
      this.show([...this.items.filter((item) => item.clientId !== word.item.clientId), word.item]);
      if (this.running && word.item.status !== "failed") this.enqueue(word.item);
    }
    if (word.outbox === "retry" && this.running) this.retry(word.clientId);
    if (word.outbox === "remove") {
      if (word.message) this.options.onSent(word.message);
      this.remove(word.clientId);
    }
  }

  private async load(): Promise<void> {
    const stored = await this.options.store.load().catch(() => []);
    const known = new Set(this.items.map((item) => item.clientId));
    const fresh = stored.filter((item) => !known.has(item.clientId));
    if (fresh.length === 0) return;
    this.show([
      ...this.items,
      ...fresh.map((item): PendingMessage => (item.status === "failed" ? item : { ...item, status: "waiting" })),
    ]);
  }

  private enqueueAll(): void {
    if (this.running) for (const item of this.items) if (item.status !== "failed") this.enqueue(item);
  }

  private enqueue({ clientId, conversationId }: PendingMessage, kept: Promise<void> = Promise.resolve()): void {
    if (this.queued.has(clientId)) return;
    this.queued.add(clientId);
    const before = this.chains.get(conversationId) ?? Promise.resolve();
    const attempt = before.then(() => kept).then(() => this.deliver(clientId));
    this.chains.set(
      conversationId,
      attempt.finally(() => this.queued.delete(clientId)),
    );
  }

  /** Tries until the message is stored, refused or discarded. */
  private async deliver(clientId: string): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const item = this.find(clientId);
      if (!this.running || !item || item.status === "failed") return;
      this.update(clientId, { status: "sending" });
      try {
        const whole = await this.uploaded(item);
        if (!whole) return;
        const message = await this.options.deliver(whole);
        this.options.onSent(message);
        this.remove(clientId);
        this.options.tell?.({ outbox: "remove", clientId, message });
        return;
      } catch (cause) {
        if (!this.running || !this.find(clientId)) return;
        const { code, status, retryable, retryAfterMs } = toApiError(cause);
        // A session that is over says nothing of the message: it waits for the next sign-in.
        const waits = retryable || status === 401;
        this.update(clientId, { status: waits ? "waiting" : "failed", errorCode: code });
        if (waits)
          await this.pauses.wait(clientId, retryAfterMs ?? backoffMs(attempt, this.options.random ?? Math.random));
      }
    }
  }

  /** The message with all its files uploaded; nothing when it was discarded meanwhile. */
  private async uploaded({ clientId, files = [] }: PendingMessage): Promise<PendingMessage | undefined> {
    await this.uploads.all(clientId, files, (file, change) => {
      const present = this.find(clientId)?.files ?? [];
      this.update(clientId, {
        files: present.map((other) => (other.key === file.key ? { ...other, ...change } : other)),
      });
    });
    return this.find(clientId);
  }

  private find(clientId: string): PendingMessage | undefined {
    return this.items.find((item) => item.clientId === clientId);
  }

  private update(clientId: string, change: Partial<PendingMessage>): void {
    const before = this.find(clientId);
    if (!before) return;
    const item = { ...before, ...change };
    this.show(this.items.map((other) => (other === before ? item : other)));
    const progressAlone = change.files?.every(
      (file, index) => file.attachmentId === before.files?.[index]?.attachmentId,
    );
    if (!progressAlone) void this.options.store.put(item).catch(() => undefined);
    this.options.tell?.({ outbox: "put", item });
  }

  private remove(clientId: string): void {
    this.show(this.items.filter((item) => item.clientId !== clientId));
    void this.options.store.remove(clientId).catch(() => undefined);
    this.pauses.end(clientId);
    this.uploads.end(clientId);
  }

  private show(items: PendingMessage[]): void {
    this.items = items.sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
    for (const listener of this.listeners) listener();
  }
}
