// Keeps a client complete: what changed since its own token after each connection, and the changes of one conversation
// whose version has jumped. What the answers mean is not known here.
import { toApiError } from "./api-error";
import { backoffMs } from "./backoff";
import type { LiveEvent } from "./events";
import type { Changes, Sync, SyncAnswer } from "./types";

/** Out of order is rare and short: a jump is asked about only when it stays. */
const SETTLE_MS = 400;
/** Further behind than this a conversation is loaded anew. */
const MOST_BEHIND = 500;
const MOST_TRIES = 6;

export interface SyncOptions {
  fetchSync: (since?: string) => Promise<SyncAnswer>;
  fetchChanges: (conversationId: string, after: number) => Promise<Changes>;
  /** Applies a page of what changed. */
  onSync: (page: Sync) => void;
  onChanges: (conversationId: string, changes: Changes) => void;
  /** The token was too old: everything known must be dropped and loaded anew. */
  onReset: () => void;
  /** So much was missed in this conversation that it must be loaded anew. */
  onBehind: (conversationId: string) => void;
  random?: () => number;
}

export class Synchroniser {
  private token: string | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = false;
  /** Up to which version each conversation is known without a gap, and what is known beyond one. */
  private readonly positions = new Map<string, { at: number; ahead: Set<number> }>();
  private readonly jumps = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly options: SyncOptions) {}

  /** The own token: what is known now is at least as new. */
  getToken = (): string | undefined => this.token;

  /** Takes a token that was kept with what is known. */
  resume(token: string): void {
    this.token = token;
  }

  /** Fetches what changed since the own token; the first time only a token. Calls meanwhile make it run once more. */
  run(): Promise<void> {
    this.again = true;
    this.running ??= this.loop().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  stop(): void {
    this.stopped = true;
    for (const timer of this.jumps.values()) clearTimeout(timer);
    this.jumps.clear();
  }

  /** Takes notice of an event's version; a jump that stays is asked about. */
  note(event: LiveEvent): void {
    const durable = durableOf(event);
    if (!durable) return;
    const { id, version } = durable;
    const position = this.positions.get(id);
    if (!position) {
      this.positions.set(id, { at: version, ahead: new Set() });
      return;
    }
    if (version > position.at) position.ahead.add(version);
    drain(position);
    if (position.ahead.size > 0) this.askSoon(id);
  }

  /** The conversation was opened and stands at `head`; what is shown of it is from `known` or later. */
  opened(id: string, head: number, known: number | undefined): void {
    const at = this.positions.get(id)?.at ?? known ?? head;
    if (!this.positions.has(id)) this.positions.set(id, { at, ahead: new Set() });
    if (head > at) void this.changesOf(id);
  }

  /** Fetches all changes of the conversation since its position. */
  async changesOf(id: string, head = 0): Promise<void> {
    const position = this.positions.get(id);
    if (!position || head - position.at > MOST_BEHIND) {
      if (position) position.at = head;
      this.options.onBehind(id);
      return;
    }
    for (let more = true; more && !this.stopped; ) {
      const changes = await this.options.fetchChanges(id, position.at).catch(() => undefined);
      if (!changes || this.stopped) return;
      this.options.onChanges(id, changes);
      position.at = Math.max(position.at, changes.version);
      drain(position);
      more = changes.has_more;
    }
  }

  private askSoon(id: string): void {
    if (this.jumps.has(id)) return;
    const timer = setTimeout(() => {
      this.jumps.delete(id);
      if ((this.positions.get(id)?.ahead.size ?? 0) > 0) void this.changesOf(id);
    }, SETTLE_MS);
    this.jumps.set(id, timer);
  }

  private async loop(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      await this.once();
    }
  }

  private async once(): Promise<void> {
    for (let attempt = 0; !this.stopped; ) {
      try {
        const answer = await this.options.fetchSync(this.token);
        if (this.stopped) return;
        attempt = 0;
        if ("conversations" in answer) this.take(answer);
        this.token = answer.token;
        if (!("has_more" in answer) || !answer.has_more) return;
      } catch (cause) {
        const error = toApiError(cause);
        if (this.token !== undefined && ["resync_required", "validation_failed"].includes(error.code)) this.reset();
        else if (!error.retryable || ++attempt >= MOST_TRIES) return;
        else await pause(error.retryAfterMs ?? backoffMs(attempt - 1, this.options.random ?? Math.random));
      }
    }
  }

  private take(page: Sync): void {
    this.options.onSync(page);
    for (const { conversation, gap } of page.conversations) {
      if (gap) void this.changesOf(conversation.id, conversation.version);
      else this.reached(conversation.id, conversation.version);
    }
  }

  private reached(id: string, version: number): void {
    const position = this.positions.get(id) ?? { at: version, ahead: new Set<number>() };
    position.at = Math.max(position.at, version);
    drain(position);
    this.positions.set(id, position);
  }

  private reset(): void {
    this.token = undefined;
    this.positions.clear();
    this.again = true;
    this.options.onReset();
  }
}

function drain(position: { at: number; ahead: Set<number> }): void {
  for (const version of position.ahead) if (version <= position.at) position.ahead.delete(version);
  while (position.ahead.delete(position.at + 1)) position.at += 1;
}

/** The conversation and version of an event that has one of its own; snapshots and heads have none. */
function durableOf(event: LiveEvent): { id: string; version: number } | undefined {
  switch (event.type) {
    case "message.created":
    case "message.updated":
    case "message.deleted":
    case "reaction.updated":
    case "member.added":
    case "member.updated":
    case "member.removed":
      return { id: event.data.conversation_id, version: event.data.version };
    case "conversation.updated":
      return event.data.my ? undefined : { id: event.data.id, version: event.data.version };
    default:
      return undefined;
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
