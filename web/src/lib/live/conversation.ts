// How two states of a conversation become one, whichever came first.
import type { ConversationRemoved, EventConversation, MemberChanged, UnreadUpdated } from "@/sdk/events";
import type { Conversation, Inbox, Message } from "@/sdk/types";
import { mergeMessage } from "./message";

/** At which version each part of a conversation is known: an event changes one part and leaves the others. */
interface Seen {
  details: number;
  members: number;
  role: number;
  marks: number;
}

export interface KnownConversation extends Conversation {
  seen?: Seen;
}

/** The inbox as it is loaded: conversations of both kinds, archived ones too, and where each list goes on. */
export interface LoadedInbox extends Inbox {
  items: KnownConversation[];
  archived_cursor?: string | null;
  /** Conversations that one is not in any more, with the version at which one was last. */
  gone?: Readonly<Record<string, number>>;
}

type Fresh = EventConversation & { seen?: Seen };

/** Each part from the one that knows it better, with the furthest marks and the latest message of both. Equal: `b`. */
export function mergeConversation(a: KnownConversation, b: Fresh): KnownConversation {
  const [old, fresh] = [seenOf(a), seenOf(b)];
  const later = (part: keyof Seen) => fresh[part] >= old[part];
  const details = later("details") ? b : a;
  const my = b.my && (!a.my || later("role")) ? b.my : a.my;
  const marks = b.my && (!a.my || later("marks")) ? b.my : (a.my ?? b.my);
  const merged: KnownConversation = {
    ...details,
    version: Math.max(a.version, b.version),
    member_count: (later("members") ? b : a).member_count,
    my: my && marks ? { ...my, mention_count: marks.mention_count } : null,
    peer: (details === b ? b.peer : a.peer) ?? a.peer ?? b.peer ?? null,
    last_message: laterMessage(a.last_message, b.last_message),
    last_seq: Math.max(a.last_seq, b.last_seq),
    updated_at: a.updated_at > b.updated_at ? a.updated_at : b.updated_at,
    seen: {
      details: Math.max(old.details, fresh.details),
      members: Math.max(old.members, fresh.members),
      role: b.my ? Math.max(old.role, fresh.role) : old.role,
      marks: b.my ? Math.max(old.marks, fresh.marks) : old.marks,
    },
  };
  const online = b.online_count ?? a.online_count;
  if (online !== undefined) merged.online_count = online;
  return withReadSeq(merged, Math.max(a.my?.read_seq ?? 0, b.my?.read_seq ?? 0));
}

/** A fetched inbox, with what events have told meanwhile about the same conversations. */
export function mergeInbox(known: LoadedInbox | undefined, fetched: Inbox): LoadedInbox {
  const byId = new Map(known?.items.map((conversation) => [conversation.id, conversation]));
  const items = fetched.items.map((conversation) => {
    const other = byId.get(conversation.id);
    return other ? mergeConversation(other, conversation) : conversation;
  });
  return { ...fetched, ...(known?.gone ? { gone: known.gone } : {}), items: byActivity(items) };
}

export function withMessage(conversation: KnownConversation, message: Message, ownUserId: string): KnownConversation {
  const own = (message.sender ?? message.system?.actor)?.id === ownUserId;
  const next: KnownConversation = {
    ...atVersion(conversation, message.version),
    last_seq: Math.max(conversation.last_seq, message.seq),
    last_message: laterMessage(conversation.last_message, message),
    updated_at: conversation.updated_at > message.created_at ? conversation.updated_at : message.created_at,
  };
  return withReadSeq(next, own ? message.seq : 0);
}

export function withUnread(conversation: KnownConversation, unread: UnreadUpdated): KnownConversation {
  const seen = seenOf(conversation);
  const latest = unread.version >= seen.marks && unread.read_seq >= (conversation.my?.read_seq ?? 0);
  const next = {
    ...atVersion(conversation, unread.version),
    last_seq: Math.max(conversation.last_seq, unread.last_seq),
  };
  const read = withReadSeq(next, unread.read_seq);
  if (!latest || !read.my) return read;
  return {
    ...read,
    my: { ...read.my, mention_count: unread.mention_count },
    seen: { ...seen, marks: unread.version },
  };
}

/** Who is in it changed; `own` when it was the reader's own part. */
export function withMember(conversation: KnownConversation, event: MemberChanged, own: boolean): KnownConversation {
  const seen = seenOf(conversation);
  const { version } = event;
  const next = { ...atVersion(conversation, version) };
  if (version >= seen.members) next.member_count = event.member_count;
  if (own && version >= seen.role && next.my) next.my = { ...next.my, role: event.role };
  const role = own ? Math.max(seen.role, version) : seen.role;
  return { ...next, seen: { ...seen, role, members: Math.max(seen.members, version) } };
}

export function withoutConversation(inbox: LoadedInbox, event: ConversationRemoved): LoadedInbox {
  const { conversation_id: id, version } = event;
  const items = inbox.items.filter((item) => item.id !== id || item.version > version);
  const gone = { ...inbox.gone, [id]: Math.max(version, inbox.gone?.[id] ?? 0) };
  return { ...inbox, items, gone };
}

/** Knows that the conversation has come to `version`, and that its parts are no newer for that. */
export function atVersion(conversation: KnownConversation, version: number): KnownConversation {
  if (version <= conversation.version) return conversation;
  return { ...conversation, version, seen: seenOf(conversation) };
}

/** Latest activity first. */
export function byActivity<T extends Conversation>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => {
    const [left, right] = [activityAt(a), activityAt(b)];
    if (left === right) return a.id < b.id ? 1 : -1;
    return left < right ? 1 : -1;
  });
}

export function activityAt(conversation: Conversation): string {
  return conversation.last_message?.created_at ?? conversation.updated_at;
}

export function laterMessage(a: Message | null | undefined, b: Message | null | undefined): Message | null {
  if (!a || !b) return a ?? b ?? null;
  if (a.seq !== b.seq) return a.seq > b.seq ? a : b;
  return mergeMessage(a, b);
}

/** Marks never move back, and what is unread follows from them. */
export function withReadSeq(conversation: KnownConversation, readSeq: number, deliveredSeq = 0): KnownConversation {
  if (!conversation.my) return conversation;
  const read_seq = Math.min(Math.max(conversation.my.read_seq, readSeq), conversation.last_seq);
  const unread_count = conversation.last_seq - read_seq;
  // How many of those further on are mentions is told with the next count.
  const told = unread_count > 0 && read_seq === conversation.my.read_seq;
  const mention_count = told ? conversation.my.mention_count : 0;
  const delivered_seq = Math.max(conversation.my.delivered_seq, read_seq, deliveredSeq);
  return { ...conversation, my: { ...conversation.my, read_seq, delivered_seq, unread_count, mention_count } };
}

function seenOf({ seen, version }: { seen?: Seen; version: number }): Seen {
  return seen ?? { details: version, members: version, role: version, marks: version };
}
