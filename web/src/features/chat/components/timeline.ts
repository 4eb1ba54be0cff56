// What the chat shows, top to bottom: separators of days, the line above what is new, and messages in groups.
import { isSameDay } from "@/lib/format-time";
import type { PendingMessage } from "@/sdk/outbox";
import type { Message } from "@/sdk/types";

export interface MessageEntry {
  type: "message";
  /** Stays the same when a message that was on its way has been stored, so that its bubble does not blink. */
  key: string;
  own: boolean;
  body: string;
  at: string;
  state: "sent" | "deleted" | PendingMessage["status"];
  message?: Message;
  pending?: PendingMessage;
  /** Whether the bubble starts or ends a group: the same person, within five minutes, on one day. */
  first: boolean;
  last: boolean;
}

export type TimelineEntry = { type: "day"; key: string; at: string } | { type: "new"; key: string } | MessageEntry;

const GROUP_MS = 5 * 60_000;

interface Input {
  messages: readonly Message[];
  pending: readonly PendingMessage[];
  ownUserId: string;
  /** Messages of others above this `seq` are new. */
  readSeq: number;
}

export function buildTimeline({ messages, pending, ownUserId, readSeq }: Input): TimelineEntry[] {
  const stored = new Set(messages.map((message) => message.client_id));
  const shown = [
    ...messages.map((message) => fromMessage(message, ownUserId)),
    ...pending.filter((message) => !stored.has(message.clientId)).map(fromPending),
  ];
  const entries: TimelineEntry[] = [];
  let newShown = false;
  shown.forEach((entry, index) => {
    const [before, after] = [shown[index - 1], shown[index + 1]];
    if (!before || !isSameDay(before.at, entry.at))
      entries.push({ type: "day", key: `day-${entry.key}`, at: entry.at });
    const isNew = !newShown && !entry.own && (entry.message?.seq ?? 0) > readSeq;
    if (isNew) entries.push({ type: "new", key: "new" });
    newShown ||= isNew;
    entries.push({ ...entry, first: isNew || !joins(before, entry), last: !joins(entry, after) });
  });
  return entries;
}

function joins(a: MessageEntry | undefined, b: MessageEntry | undefined): boolean {
  if (!a || !b || a.own !== b.own || a.message?.sender?.id !== (b.message ?? a.message)?.sender?.id) return false;
  return isSameDay(a.at, b.at) && Date.parse(b.at) - Date.parse(a.at) < GROUP_MS;
}

function fromMessage(message: Message, ownUserId: string): MessageEntry {
  const own = message.sender?.id === ownUserId;
  return {
    type: "message",
    key: own && message.client_id ? message.client_id : message.id,
    own,
    body: message.body,
    at: message.created_at,
    state: message.deleted_at ? "deleted" : "sent",
    message,
    first: true,
    last: true,
  };
}

function fromPending(pending: PendingMessage): MessageEntry {
  const { clientId: key, body, createdAt: at, status: state } = pending;
  return { type: "message", key, own: true, body, at, state, pending, first: true, last: true };
}
