// The frames that the server sends on the socket, and what is read from them. Unknown types are `null`.
import type { FieldFault } from "./api-error";
import type { Conversation, Limits, Me, Message, Presence, Reaction, Receipt, Role, User, UserLite } from "./types";

export interface Hello {
  connection_id: string;
  user_id: string;
  session_id: string;
  server_time: string;
  heartbeat_interval_ms: number;
  /** From before the first event of this connection. */
  sync_token: string;
  total_unread: number;
  degraded: string[];
  limits: Limits;
  access_token_expires_at: string;
}

export interface MessageDeleted {
  conversation_id: string;
  message_id: string;
  seq: number;
  version: number;
  deleted_at: string;
}

/** `reactions` are those of all, without `me`: that follows from `user_id`, `emoji` and `active`. */
export interface ReactionUpdated {
  conversation_id: string;
  message_id: string;
  seq: number;
  version: number;
  user_id: string;
  emoji: string;
  active: boolean;
  reactions: Reaction[];
}

export interface MemberChanged {
  conversation_id: string;
  version: number;
  user_id: string;
  user: UserLite | null;
  role: Role;
  joined_at: string;
  member_count: number;
}

/** A conversation as events carry it; `my` and `peer` are there only in a snapshot for one reader. */
export type EventConversation = Omit<Conversation, "my" | "peer"> & Partial<Pick<Conversation, "my" | "peer">>;

export interface ConversationRemoved {
  conversation_id: string;
  version: number;
  reason: "left" | "removed" | "deleted";
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

/** All that changes what is shown (contract, section 7). */
export type LiveEvent =
  | { type: "message.created"; data: Message }
  | { type: "message.updated"; data: Message }
  | { type: "message.deleted"; data: MessageDeleted }
  | { type: "reaction.updated"; data: ReactionUpdated }
  | { type: "member.added" | "member.updated" | "member.removed"; data: MemberChanged }
  | { type: "conversation.created"; data: EventConversation }
  | { type: "conversation.updated"; data: EventConversation }
  | { type: "conversation.removed"; data: ConversationRemoved }
  | { type: "receipt.updated"; data: Receipt & { conversation_id: string } }
  | { type: "unread.updated"; data: UnreadUpdated }
  | { type: "typing"; data: { conversation_id: string; user_id: string; active: boolean } }
  | { type: "presence.updated"; data: Presence }
  | { type: "presence.count"; data: { conversation_id: string; online_count: number } }
  | { type: "follow.requested"; data: { request_id: string; user: User } }
  | { type: "relationship.updated"; data: { user_id: string; user: User | null } }
  | { type: "me.updated"; data: Me }
  | { type: "sync.required"; data: { conversation_ids?: string[] } };

export type EventOf<T extends LiveEvent["type"]> = Extract<LiveEvent, { type: T }>;

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
  | { type: "server.draining"; data: { reconnect_after_ms: number } }
  | { type: "closing"; data: { code: number; reason: string } };

const LIVE = new Set<string>([
  "message.created",
  "message.updated",
  "message.deleted",
  "reaction.updated",
  "member.added",
  "member.updated",
  "member.removed",
  "conversation.created",
  "conversation.updated",
  "conversation.removed",
  "receipt.updated",
  "unread.updated",
  "typing",
  "presence.updated",
  "presence.count",
  "follow.requested",
  "relationship.updated",
  "me.updated",
  "sync.required",
] satisfies LiveEvent["type"][]);
const CONTROL = new Set<string>([
  "hello",
  "reply",
  "error",
  "auth.expiring",
  "server.degraded",
  "server.draining",
  "closing",
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
