// Messages come, change and are deleted or reacted to.
import { type QueryKey, queryKeys } from "@/lib/query-keys";
import type { MessageDeleted, ReactionUpdated } from "@/sdk/events";
import type { Message } from "@/sdk/types";
import { atVersion, laterMessage, withMessage } from "../conversation";
import { type History, isDense, isWithin, mergeMessages } from "../history";
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
    const items = mergeMessages(history.items, [message]);
    next = withHistory(next, id, { ...history, items: withReplies(items, message, state.early) });
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
  return changeMessage(remembered, event, (message) => withDeletion(message, event));
}

export function reactionUpdated(state: LiveState, event: ReactionUpdated): Reduction {
  const known = state.histories[event.conversation_id]?.items.some((message) => message.id === event.message_id);
  const remembered = known
    ? state
    : remember(state, event.message_id, (early) => ({ ...early, reactions: [...early.reactions, event] }));
  return changeMessage(remembered, event, (message) => withReaction(message, event, state.ownUserId));
}

type MessageEvent = Pick<MessageDeleted, "conversation_id" | "message_id" | "version">;

function changeMessage(
  state: LiveState,
  { conversation_id: id, message_id, version }: MessageEvent,
  change: (message: KnownMessage) => KnownMessage,
): Reduction {
  const changed = (message: Message) => (message.id === message_id ? change(message) : message);
  const history = state.histories[id];
  const next = history
    ? withHistory(state, id, { ...history, items: withReplies(history.items.map(changed), undefined, state.early) })
    : state;
  return changeConversation(next, [], id, (conversation) => {
    const { last_message } = conversation;
    const known = atVersion(conversation, version);
    return last_message?.id === message_id
      ? { ...known, last_message: laterMessage(null, changed(last_message)) }
      : known;
  });
}

/** Replies stop quoting what was deleted. */
function withReplies(items: Message[], added: Message | undefined, early: LiveState["early"]): Message[] {
  const quoting = items.some((message) => message.reply_to && message.reply_to.excerpt !== "");
  if (!quoting || (added && !added.deleted_at && !added.reply_to)) return items;
  const deleted = new Set(items.filter((message) => message.deleted_at).map((message) => message.id));
  return items.map((message) => {
    const to = message.reply_to;
    const gone = to && to.excerpt !== "" && (deleted.has(to.id) || early[to.id]?.deleted);
    return gone ? { ...message, reply_to: { ...to, excerpt: "" } } : message;
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
