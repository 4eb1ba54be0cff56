// What the server should tell beyond the durable events: the planes of opened conversations, and the presence of people
// who are shown. Told anew after each `hello`, because it belongs to the connection.
import { toApiError } from "./api-error";
import { backoffMs } from "./backoff";
import type { Connection } from "./connection";
import type { OpenedConversation, Presence } from "./types";

/** How long changes are gathered before they are told: a list that scrolls changes often. */
const GATHER_MS = 60;
const MOST_WATCHED = 200;

export interface InterestOptions {
  connection: Pick<Connection, "request">;
  onOpened: (conversationId: string, opened: OpenedConversation) => void;
  onPresences: (presences: Presence[]) => void;
  /** Gives [0, 1). */
  random?: () => number;
}

export class Interest {
  /** How many want each one. */
  private readonly wanted = new Map<string, number>();
  private readonly watched = new Map<string, number>();
  /** What the present connection has been told. */
  private opened = new Set<string>();
  private told = "";
  /** Opened ones of which something may have been missed. */
  private readonly stale = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** When it is told again after a refusal, and how many there were in a row. */
  private later: ReturnType<typeof setTimeout> | undefined;
  private refusals = 0;

  constructor(private readonly options: InterestOptions) {}

  /** Opens the conversation until the function that is given back is called. */
  open(conversationId: string): () => void {
    return this.hold(this.wanted, [conversationId]);
  }

  /** Watches these people until the function that is given back is called. */
  watch(userIds: readonly string[]): () => void {
    return this.hold(this.watched, userIds);
  }

  /** There is a new connection: it knows nothing yet. */
  connected(): void {
    this.opened = new Set();
    this.told = "";
    this.stale.clear();
    this.refusals = 0;
    this.tell();
  }

  /** Events may have been missed, of these or of all: the answers tell what is. Not at once, for all may have missed them. */
  missed(conversationIds?: readonly string[]): void {
    for (const id of conversationIds ?? this.opened) this.stale.add(id);
    if (conversationIds === undefined) this.told = "";
    this.later ??= setTimeout(() => this.tell(), backoffMs(1, this.options.random ?? Math.random));
  }

  private hold(counts: Map<string, number>, names: readonly string[]): () => void {
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    this.tellSoon();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      for (const name of names) {
        const left = (counts.get(name) ?? 1) - 1;
        if (left > 0) counts.set(name, left);
        else counts.delete(name);
      }
      this.tellSoon();
    };
  }

  private tellSoon(): void {
    this.timer ??= setTimeout(() => this.tell(), GATHER_MS);
  }

  private tell(): void {
    clearTimeout(this.timer);
    clearTimeout(this.later);
    this.timer = undefined;
    this.later = undefined;
    for (const id of this.wanted.keys()) if (!this.opened.has(id) || this.stale.has(id)) this.tellOpen(id);
    this.stale.clear();
    for (const id of [...this.opened]) if (!this.wanted.has(id)) this.tellClose(id);
    this.tellWatch();
  }

  private tellOpen(conversation_id: string): void {
    this.opened.add(conversation_id);
    const { opened } = this;
    this.options.connection
      .request<OpenedConversation>("conversation.open", { conversation_id })
      .then((answer) => {
        this.refusals = 0;
        this.options.onOpened(conversation_id, answer);
      })
      .catch((cause) => {
        opened.delete(conversation_id);
        this.tellAgain(cause);
      });
  }

  private tellClose(conversation_id: string): void {
    this.opened.delete(conversation_id);
    this.options.connection.request("conversation.close", { conversation_id }).catch(() => undefined);
  }

  private tellWatch(): void {
    const user_ids = [...this.watched.keys()].slice(-MOST_WATCHED);
    const list = [...user_ids].sort().join();
    if (list === this.told) return;
    this.told = list;
    this.options.connection
      .request<{ presences: Presence[] }>("presence.watch", { user_ids })
      .then(({ presences }) => this.options.onPresences(presences))
      .catch((cause) => {
        if (this.told === list) this.told = "";
        this.tellAgain(cause);
      });
  }

  /** Else nothing would be heard as long as it is shown. Without a connection the next one is told. */
  private tellAgain(cause: unknown): void {
    if (toApiError(cause).code === "network") return;
    this.later ??= setTimeout(() => this.tell(), backoffMs(this.refusals++, this.options.random ?? Math.random));
  }
}
