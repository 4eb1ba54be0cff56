// How two states of a conversation become one, whichever came first.
import type { EventConversation, UnreadUpdated } from "@/sdk/events";
import type { Conversation, Inbox, Message } from "@/sdk/types";

/** The one with the higher version, with the furthest marks and the latest message of both. Equal versions: `b`. */
export function mergeConversation(a: Conversation, b: EventConversation): Conversation {
  const [base, other] = b.version >= a.version ? [b, a] : [a, b];
  const merged: Conversation = {
    ...base,
    my: base.my ?? other.my ?? null,
    peer: base.peer ?? other.peer ?? null,
    last_message: laterMessage(a.last_message, b.last_message),
    last_seq: Math.max(a.last_seq, b.last_seq),
  };
  return withReadSeq(merged, Math.max(a.my?.read_seq ?? 0, b.my?.read_seq ?? 0));
}

/** A fetched inbox, with what events have told meanwhile about the same conversations. */
export function mergeInbox(known: Inbox | undefined, fetched: Inbox): Inbox {
  const byId = new Map(known?.items.map((conversation) => [conversation.id, conversation]));
  const items = fetched.items.map((conversation) => {
    const other = byId.get(conversation.id);
    return other ? mergeConversation(other, conversation) : conversation;
  });
  return { ...fetched, items: byActivity(items) };
}

export function withMessage(conversation: Conversation, message: Message, ownUserId: string): Conversation {
  const own = message.sender?.id === ownUserId;
  const next: Conversation = {
    ...conversation,
    version: Math.max(conversation.version, message.version),
    last_seq: Math.max(conversation.last_seq, message.seq),
    last_message: laterMessage(conversation.last_message, message),
    updated_at: conversation.updated_at > message.created_at ? conversation.updated_at : message.created_at,
  };
  return withReadSeq(next, own ? message.seq : 0);
}

export function withUnread(conversation: Conversation, unread: UnreadUpdated): Conversation {
  const latest = unread.last_seq >= conversation.last_seq && unread.read_seq >= (conversation.my?.read_seq ?? 0);
  const next = {
    ...conversation,
    version: Math.max(conversation.version, unread.version),
    last_seq: Math.max(conversation.last_seq, unread.last_seq),
  };
  const read = withReadSeq(next, unread.read_seq);
  if (!latest || !read.my) return read;
  return { ...read, my: { ...read.my, mention_count: unread.mention_count } };
}

/** Latest activity first. */
export function byActivity(items: readonly Conversation[]): Conversation[] {
  return [...items].sort((a, b) => {
    const [left, right] = [activityAt(a), activityAt(b)];
    if (left === right) return a.id < b.id ? 1 : -1;
    return left < right ? 1 : -1;
  });
}

export function activityAt(conversation: Conversation): string {
  return conversation.last_message?.created_at ?? conversation.updated_at;
}

/** Marks never move back, and what is unread follows from them. */
function withReadSeq(conversation: Conversation, readSeq: number): Conversation {
  if (!conversation.my) return conversation;
  const read_seq = Math.min(Math.max(conversation.my.read_seq, readSeq), conversation.last_seq);
  const unread_count = conversation.last_seq - read_seq;
  const mention_count = unread_count === 0 ? 0 : conversation.my.mention_count;
  const delivered_seq = Math.max(conversation.my.delivered_seq, read_seq);
  return { ...conversation, my: { ...conversation.my, read_seq, delivered_seq, unread_count, mention_count } };
}

function laterMessage(a: Message | null | undefined, b: Message | null | undefined): Message | null {
  if (!a || !b) return a ?? b ?? null;
  if (a.seq !== b.seq) return a.seq > b.seq ? a : b;
  return a.version > b.version ? a : b;
}
