// Messages that are on their way. Each keeps its `client_id` through every attempt, so that a repeat can never make a
// second message; it is written down, so that a reload loses nothing that was typed.
import { toApiError } from "./api-error";
import { randomId } from "./random-id";
import type { Message } from "./types";

export interface PendingMessage {
  clientId: string;
  conversationId: string;
  body: string;
  createdAt: string;
  status: "sending" | "failed";
  /** The last failure; `retryable` ones are repeated when the connection returns. */
  error?: { code: string; retryable: boolean };
}

export interface OutboxOptions {
  storageKey: string;
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  /** One attempt; resolves with the stored message. */
  deliver: (message: PendingMessage) => Promise<Message>;
  onSent: (message: Message) => void;
  newId?: () => string;
}

export class Outbox {
  private items: PendingMessage[];
  private readonly chains = new Map<string, Promise<void>>();
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

  send(conversationId: string, body: string): void {
    const clientId = (this.options.newId ?? randomId)();
    const createdAt = new Date().toISOString();
    this.set([...this.items, { clientId, conversationId, body, createdAt, status: "sending" }]);
    this.enqueue(clientId, conversationId);
  }

  retry(clientId: string): void {
    const item = this.find(clientId);
    if (item?.status !== "failed") return;
    this.update({ ...item, status: "sending", error: undefined });
    this.enqueue(clientId, item.conversationId);
  }

  discard(clientId: string): void {
    this.set(this.items.filter((item) => item.clientId !== clientId));
  }

  /** Repeats, in order, whatever failed for want of a connection. */
  retryAll(): void {
    for (const item of this.items) if (item.status === "failed" && item.error?.retryable) this.retry(item.clientId);
  }

  /** One message of a conversation at a time, so that they are stored in the order they were typed. */
  private enqueue(clientId: string, conversationId: string): void {
    const before = this.chains.get(conversationId) ?? Promise.resolve();
    this.chains.set(
      conversationId,
      before.then(() => this.attempt(clientId)),
    );
  }

  private async attempt(clientId: string): Promise<void> {
    const item = this.find(clientId);
    if (!item) return;
    try {
      this.options.onSent(await this.options.deliver(item));
      this.discard(clientId);
    } catch (cause) {
      const { code, retryable } = toApiError(cause);
      this.update({ ...item, status: "failed", error: { code, retryable } });
    }
  }

  private find(clientId: string): PendingMessage | undefined {
    return this.items.find((item) => item.clientId === clientId);
  }

  private update(item: PendingMessage): void {
    this.set(this.items.map((other) => (other.clientId === item.clientId ? item : other)));
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
      const error = { code: "network", retryable: true };
      return stored.map((item) => (item.error?.retryable === false ? item : { ...item, status: "failed", error }));
    } catch {
      return [];
    }
  }
}
