// The frames that the server sends on the socket, and what is read from them. Unknown types are `null`.
import type { FieldFault } from "./api-error";
import type { Conversation, Me, Message, User } from "./types";

export interface Hello {
  connection_id: string;
  user_id: string;
  session_id: string;
  server_time: string;
  heartbeat_interval_ms: number;
  degraded: string[];
  access_token_expires_at: string;
}

export interface UnreadUpdated {
  conversation_id: string;
  last_seq: number;
  version: number;
  read_seq: number;
  unread_count: number;
  mention_count: number;
  total_unread: number;
}

/** A conversation as events carry it; `my` and `peer` are there only in a snapshot for one reader. */
export type EventConversation = Omit<Conversation, "my" | "peer"> & Partial<Pick<Conversation, "my" | "peer">>;

/** Events that change what is shown; the reducer in `lib/live` takes these, the session `me.updated`. */
export type LiveEvent =
  | { type: "message.created"; data: Message }
  | { type: "unread.updated"; data: UnreadUpdated }
  | { type: "conversation.created"; data: EventConversation }
  | { type: "follow.requested"; data: { request_id: string; user: User } }
  | { type: "relationship.updated"; data: { user_id: string; user: User | null } }
  | { type: "me.updated"; data: Me };

export interface FrameError {
  code: string;
  detail?: string | null;
  retry_after_ms?: number | null;
  errors?: FieldFault[];
}

/** Frames about the connection itself; `SocketConnection` deals with them. */
export type ControlFrame =
  | { type: "hello"; data: Hello }
  | { type: "reply"; id: string; data: unknown }
  | { type: "error"; id: string; error: FrameError }
  | { type: "auth.expiring"; data: { access_token_expires_at: string } }
  | { type: "server.degraded"; data: { degraded: string[] } }
  | { type: "server.draining"; data: { reconnect_after_ms: number } };

const LIVE = new Set<string>([
  "message.created",
  "unread.updated",
  "conversation.created",
  "follow.requested",
  "relationship.updated",
  "me.updated",
] satisfies LiveEvent["type"][]);
const CONTROL = new Set<string>([
  "hello",
  "reply",
  "error",
  "auth.expiring",
  "server.degraded",
  "server.draining",
] satisfies ControlFrame["type"][]);

export type Frame = { kind: "live"; event: LiveEvent } | { kind: "control"; frame: ControlFrame };

/** Reads one text frame; `null` for what this client does not know, which the contract says to ignore. */
export function parseFrame(text: string): Frame | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || !("type" in value) || typeof value.type !== "string") return null;
  if (LIVE.has(value.type)) return { kind: "live", event: value as LiveEvent };
  if (CONTROL.has(value.type)) return { kind: "control", frame: value as ControlFrame };
  return null;
}

/** What a close code asks of the client (contract, section 7). */
export type AfterClose = "stop" | "back-off" | "renew-token" | "sign-in";

export function afterClose(code: number): AfterClose {
  if ([1000, 1002, 1007, 1009, 4400].includes(code)) return "stop";
  if (code === 4401) return "renew-token";
  if (code === 4403) return "sign-in";
  return "back-off";
}
