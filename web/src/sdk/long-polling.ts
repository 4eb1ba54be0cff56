// GET /v1/sync?wait=: asks what has changed, over and over, for where not even a stream gets through. What is new is told
// as the events of a socket: each new message as such, so that notices come at once, and then that there is something to
// be fetched, so that nothing is missing.
import { type ApiClient, unwrap } from "./api-client";
import { toApiError } from "./api-error";
import { PresenceLease } from "./presence-lease";
import { randomId } from "./random-id";
import { codeOf, RestWire } from "./rest-wire";
import type { Message, Sync } from "./types";
import type { Way } from "./wire";

/** Below the half minute after which proxies like to cut. */
const WAIT_SECONDS = 25;
const SILENCE_MS = 45_000;
/** An answer that has nothing to say comes late; when it does not, the next question may wait. */
const IDLE_MS = 1_000;

export function longPollingWay(api: ApiClient): Way {
  return { transport: "polling", open: (token) => new LongPolling(api, token) };
}

export class LongPolling extends RestWire {
  private readonly told = new Set<string>();
  private lease: PresenceLease | undefined;

  constructor(
    private readonly api: ApiClient,
    private readonly accessToken: string,
  ) {
    super(api);
    void this.run().catch((cause) => this.end(codeOf(toApiError(cause))));
  }

  override send(text: string): void {
    const { type, data } = JSON.parse(text) as { type: string; data: { status?: string } };
    if (type === "presence.set") this.lease?.chose(data.status);
    super.send(text);
  }

  private async run(): Promise<void> {
    const { signal } = this;
    const [config, first] = await Promise.all([
      unwrap(this.api.GET("/v1/config", { signal })),
      unwrap(this.api.GET("/v1/sync", { signal })),
    ]);
    const { sub: user_id, sid: session_id, exp = 0 } = claimsOf(this.accessToken);
    const data = {
      connection_id: randomId(),
      user_id,
      session_id,
      server_time: new Date().toISOString(),
      heartbeat_interval_ms: WAIT_SECONDS * 1000,
      sync_token: first.token,
      total_unread: first.total_unread,
      degraded: config.degraded,
      limits: config.limits,
      access_token_expires_at: new Date(exp * 1000).toISOString(),
    };
    this.tell(JSON.stringify({ type: "hello", data }));
    if (user_id) this.lease = new PresenceLease(this.api, user_id, signal);
    for (let since = first.token; !signal.aborted; ) {
      // Here, and by no timer of its own: those of a hidden page stand still for a minute and longer.
      void this.lease?.renew();
      since = await this.ask(since);
    }
  }

  private async ask(since: string): Promise<string> {
    this.heard(SILENCE_MS);
    const from = Date.now();
    const query = { since, wait: WAIT_SECONDS };
    const page = (await unwrap(this.api.GET("/v1/sync", { params: { query }, signal: this.signal }))) as Sync;
    const { conversations, removed_conversation_ids, relationships_changed } = page;
    for (const { messages } of conversations) for (const message of messages) this.tellMessage(message);
    const changed = conversations.length > 0 || removed_conversation_ids.length > 0 || relationships_changed;
    if (changed) this.tell(JSON.stringify({ type: "sync.required", data: {} }));
    else if (Date.now() - from < IDLE_MS) await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    return page.token;
  }

  /** A message that was never changed is new. */
  private tellMessage(message: Message): void {
    const { id, edited_at, deleted_at, reactions } = message;
    if (edited_at || deleted_at || reactions.length > 0 || this.told.has(id)) return;
    this.told.add(id);
    this.tell(JSON.stringify({ type: "message.created", data: message }));
  }
}

interface Claims {
  sub?: string;
  sid?: string;
  exp?: number;
}

function claimsOf(token: string): Claims {
  try {
    const [, body = ""] = token.split(".");
    return JSON.parse(atob(body.replaceAll("-", "+").replaceAll("_", "/"))) as Claims;
  } catch {
    return {};
  }
}
