// Answers the frames of a client that has no socket, by REST; and asks again and again for what only a socket is told:
// who types, how far others have read, who is there.
import { type ApiClient, unwrap } from "./api-client";
import { toApiError } from "./api-error";
import { frameCalls } from "./rest-calls";
import type { OpenedConversation } from "./types";

/** The server lets a typist fade after 6 s. */
const PLANE_MS = 5_000;
const PRESENCE_MS = 20_000;

interface Asked {
  type: string;
  id: string;
  data: { conversation_id: string; user_ids: string[] };
}

export class RestAnswers {
  /** The planes that are open, as they were told last. */
  private readonly planes = new Map<string, OpenedConversation>();
  private watched: string[] = [];
  private degraded: string | undefined;
  private readonly calls: ReturnType<typeof frameCalls>;

  constructor(
    private readonly api: ApiClient,
    private readonly tell: (frame: object) => void,
    until: AbortSignal,
  ) {
    this.calls = frameCalls(api);
    const timers = [
      setInterval(() => void this.lookAtPlanes(), PLANE_MS),
      setInterval(() => void this.lookAtPresences(), PRESENCE_MS),
    ];
    until.addEventListener("abort", () => timers.forEach(clearInterval));
  }

  /** Takes a frame as it would go out on a socket, and tells its answer. */
  async take(text: string): Promise<void> {
    const { type, id, data } = JSON.parse(text) as Asked;
    try {
      this.tell({ type: "reply", id, data: await this.answer(type, data) });
    } catch (cause) {
      const { code, message: detail, fields: errors, retryAfterMs: retry_after_ms } = toApiError(cause);
      this.tell({ type: "error", id, error: { code, detail, errors, retry_after_ms: retry_after_ms ?? null } });
    }
  }

  private async answer(type: string, data: Asked["data"]): Promise<unknown> {
    const { conversation_id, user_ids } = data;
    if (type === "ping") return this.ping();
    if (type === "conversation.close") {
      this.planes.delete(conversation_id);
      return {};
    }
    if (type === "presence.watch") this.watched = user_ids;
    const answer = await this.calls(type, data);
    if (type === "conversation.open") this.planes.set(conversation_id, answer as OpenedConversation);
    return answer ?? {};
  }

  /** The server's configuration tells what is down as well. */
  private async ping(): Promise<unknown> {
    const { degraded } = await unwrap(this.api.GET("/v1/config"));
    const told = degraded.join();
    if (this.degraded !== undefined && told !== this.degraded)
      this.tell({ type: "server.degraded", data: { degraded } });
    this.degraded = told;
    return {};
  }

  private async lookAtPlanes(): Promise<void> {
    for (const [conversation_id, before] of [...this.planes]) {
      const now = await this.calls("conversation.open", { conversation_id }).catch(() => undefined);
      if (now && this.planes.has(conversation_id)) this.tellPlane(conversation_id, before, now as OpenedConversation);
    }
  }

  private tellPlane(conversation_id: string, before: OpenedConversation, now: OpenedConversation): void {
    this.planes.set(conversation_id, now);
    const known = new Set(before.receipts.map((receipt) => JSON.stringify(receipt)));
    for (const receipt of now.receipts)
      if (!known.has(JSON.stringify(receipt)))
        this.tell({ type: "receipt.updated", data: { conversation_id, ...receipt } });
    const typing = (user_id: string, active: boolean) =>
      this.tell({ type: "typing", data: { conversation_id, user_id, active } });
    for (const id of now.typing) typing(id, true);
    for (const id of before.typing) if (!now.typing.includes(id)) typing(id, false);
    if (now.online_count !== undefined && now.online_count !== before.online_count)
      this.tell({ type: "presence.count", data: { conversation_id, online_count: now.online_count } });
  }

  private async lookAtPresences(): Promise<void> {
    if (this.watched.length === 0) return;
    const answer = await this.calls("presence.watch", { user_ids: this.watched }).catch(() => undefined);
    const { presences = [] } = (answer ?? {}) as { presences?: object[] };
    for (const data of presences) this.tell({ type: "presence.updated", data });
  }
}
