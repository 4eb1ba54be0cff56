// Messages come, change and are deleted or reacted to.
import { type QueryKey, queryKeys } from "@/lib/query-keys";
import type { MessageDeleted, ReactionUpdated } from "@/sdk/events";
import type { Message } from "@/sdk/types";
import { atVersion, laterMessage, withMessage } from "../conversation";
import { type History, indexOfSeq, isDense, isWithin, keepLatest, putMessage } from "../history";
import { type EarlyEvents, type KnownMessage, withDeletion, withEarly, withReaction } from "../message";
import { EMPTY_PLANE, type LiveState, type Reduction } from "../state";
import { changeConversation } from "./conversations";

/** Early events are rare: they come in order, and only what was missed leaves some behind. */
const MOST_EARLY = 200;

export function messageCreated(state: LiveState, created: Message): Reduction {
  const message = withEarly(created, state.early[created.id], state.ownUserId);
  const id = message.conversation_id;
  const stale: QueryKey[] = [];
  let next = withoutTyping(state, id, message.sender?.id);
  const history = state.histories[id];
  if (history && isWithin(history, message.seq)) {
    const put = putMessage(history.items, withQuote(message, history.items, state.early));
    const items = message.deleted_at ? unquoted(put, message.id) : put;
    next = withHistory(next, id, keepLatest({ ...history, items }));
    if (!isDense(items)) stale.push(queryKeys.history(id));
  }
  return changeConversation(next, stale, id, (conversation) => withMessage(conversation, message, state.ownUserId));
}

/** The message is complete, so it may stand in for one that was missed. */
export function messageUpdated(state: LiveState, updated: Message): Reduction {
  return messageCreated(state, updated);
}

export function messageDeleted(state: LiveState, event: MessageDeleted): Reduction {
  const remembered = remember(state, event.message_id, (early) => ({ ...early, deleted: event }));
  const changed = changeMessage(remembered, event, (message) => withDeletion(message, event));
  const history = changed.state.histories[event.conversation_id];
  if (!history) return changed;
  const items = unquoted(history.items, event.message_id);
  if (items === history.items) return changed;
  return { ...changed, state: withHistory(changed.state, event.conversation_id, { ...history, items }) };
}

export function reactionUpdated(state: LiveState, event: ReactionUpdated): Reduction {
  const items = state.histories[event.conversation_id]?.items ?? [];
  const known = items[indexOfSeq(items, event.seq)]?.id === event.message_id;
  const remembered = known
    ? state
    : remember(state, event.message_id, (early) => ({ ...early, reactions: [...early.reactions, event] }));
  return changeMessage(remembered, event, (message) => withReaction(message, event, state.ownUserId));
}

type MessageEvent = Pick<MessageDeleted, "conversation_id" | "message_id" | "seq" | "version">;

function changeMessage(
  state: LiveState,
  { conversation_id: id, message_id, seq, version }: MessageEvent,
  change: (message: KnownMessage) => KnownMessage,
): Reduction {
  const history = state.histories[id];
  const index = indexOfSeq(history?.items ?? [], seq);
  const known = history?.items[index];
  const next =
    history && known?.id === message_id
      ? withHistory(state, id, { ...history, items: history.items.with(index, change(known)) })
      : state;
  return changeConversation(next, [], id, (conversation) => {
    const { last_message } = conversation;
    const later = atVersion(conversation, version);
    return last_message?.id === message_id
      ? { ...later, last_message: laterMessage(null, change(last_message)) }
      : later;
  });
}

/** A reply does not quote what was deleted. */
function withQuote(message: Message, items: readonly Message[], early: LiveState["early"]): Message {
  const to = message.reply_to;
  if (!to || to.excerpt === "") return message;
  const gone = items[indexOfSeq(items, to.seq)]?.deleted_at || early[to.id]?.deleted;
  return gone ? { ...message, reply_to: { ...to, excerpt: "" } } : message;
}

/** Replies stop quoting what was deleted; the same list when none did. */
function unquoted(items: Message[], deletedId: string): Message[] {
  const quotes = ({ reply_to }: Message) => reply_to?.id === deletedId && reply_to.excerpt !== "";
  if (!items.some(quotes)) return items;
  return items.map((message) => {
    const to = message.reply_to;
    return to && quotes(message) ? { ...message, reply_to: { ...to, excerpt: "" } } : message;
  });
}

function withHistory(state: LiveState, id: string, history: History): LiveState {
  return { ...state, histories: { ...state.histories, [id]: history } };
}

function withoutTyping(state: LiveState, id: string, userId: string | undefined): LiveState {
  const plane = state.planes[id] ?? EMPTY_PLANE;
  if (userId === undefined || !plane.typing.includes(userId)) return state;
  const typing = plane.typing.filter((other) => other !== userId);
  return { ...state, planes: { ...state.planes, [id]: { ...plane, typing } } };
}

function remember(state: LiveState, messageId: string, change: (early: EarlyEvents) => EarlyEvents): LiveState {
  const { [messageId]: before = { reactions: [] }, ...others } = state.early;
  const kept = Object.entries(others).slice(-MOST_EARLY + 1);
  return { ...state, early: { ...Object.fromEntries(kept), [messageId]: change(before) } };
}
