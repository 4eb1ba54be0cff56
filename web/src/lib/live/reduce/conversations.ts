// Conversations come, change and go; what is unread in them.
import { type QueryKey, queryKeys } from "@/lib/query-keys";
import type { ConversationRemoved, EventConversation, UnreadUpdated } from "@/sdk/events";
import {
  byActivity,
  type KnownConversation,
  mergeConversation,
  withoutConversation,
  withUnread,
} from "../conversation";
import type { LiveState, Reduction } from "../state";
import { withOwner, withOwnRole } from "./owner";

export function conversationCreated(state: LiveState, conversation: EventConversation): Reduction {
  const { id, my, peer, version } = conversation;
  const { inbox } = state;
  const known = inbox?.items.some((item) => item.id === id);
  const whole = my !== undefined && peer !== undefined ? { ...conversation, my, peer } : undefined;
  if (known || !inbox || !whole)
    return changeConversation(state, [], id, (item) => mergeConversation(item, conversation));
  const { [id]: goneAt = 0, ...gone } = inbox.gone ?? {};
  // A room that is only looked at is not of the inbox; an old snapshot is from before one went.
  if (!whole.my || goneAt >= version) return changeSingle(state, id, (item) => mergeConversation(item, conversation));
  const items = byActivity([...inbox.items, whole]);
  const next = changeSingle(state, id, (item) => mergeConversation(item, conversation));
  return { state: { ...next.state, inbox: { ...inbox, gone, items } }, stale: [] };
}

export function conversationUpdated(state: LiveState, conversation: EventConversation): Reduction {
  const next = withOwner(state, conversation);
  // With `my` it is a snapshot for this reader, and may tell of a conversation that was not in the list.
  if (conversation.my) return conversationCreated(next, conversation);
  return changeConversation(next, [], conversation.id, (item) =>
    withOwnRole(mergeConversation(item, conversation), conversation, state.ownUserId),
  );
}

export function conversationRemoved(state: LiveState, event: ConversationRemoved): Reduction {
  const id = event.conversation_id;
  const single = state.conversations[id];
  const inbox = state.inbox && withoutConversation(state.inbox, event);
  const stale = single && single.version <= event.version ? [queryKeys.conversation(id)] : [];
  return { state: inbox ? { ...state, inbox } : state, stale };
}

export function unreadUpdated(state: LiveState, unread: UnreadUpdated): Reduction {
  const change = (conversation: KnownConversation) => withUnread(conversation, unread);
  const { state: next, stale } = changeConversation(state, [], unread.conversation_id, change);
  if (!next.inbox) return { state: next, stale };
  return { state: { ...next, inbox: { ...next.inbox, total_unread: unread.total_unread } }, stale };
}

/** Changes a conversation wherever it is shown; one that is nowhere makes the inbox stale, unless one has left it. */
export function changeConversation(
  state: LiveState,
  stale: QueryKey[],
  id: string,
  change: (conversation: KnownConversation) => KnownConversation,
): Reduction {
  const single = changeSingle(state, id, change).state;
  const { inbox } = single;
  if (!inbox) return { state: single, stale };
  if (inbox.items.some((item) => item.id === id)) {
    const items = byActivity(inbox.items.map((item) => (item.id === id ? change(item) : item)));
    return { state: { ...single, inbox: { ...inbox, items } }, stale };
  }
  if (inbox.gone?.[id] !== undefined || single.conversations[id]?.my === null) return { state: single, stale };
  return { state: single, stale: [...stale, queryKeys.inbox, queryKeys.conversation(id)] };
}

function changeSingle(
  state: LiveState,
  id: string,
  change: (conversation: KnownConversation) => KnownConversation,
): Reduction {
  const single = state.conversations[id];
  if (!single) return { state, stale: [] };
  return { state: { ...state, conversations: { ...state.conversations, [id]: change(single) } }, stale: [] };
}
