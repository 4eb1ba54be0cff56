// The one place where an event from the socket changes what is shown. Pure: the state before and an event give the
// state after, and the names of what must be fetched because the event alone does not tell enough. Events may come
// twice and in any order; unknown ones change nothing.
import { type QueryKey, queryKeys } from "@/lib/query-keys";
import type { EventConversation, LiveEvent, UnreadUpdated } from "@/sdk/events";
import type { Conversation, FollowRequest, Inbox, Message, User } from "@/sdk/types";
import { byActivity, mergeConversation, withMessage, withUnread } from "./conversation";
import { type History, isDense, mergeMessages } from "./history";
import { withoutPerson, withPerson } from "./people";

/** What of the cache events can change; what has not been loaded is absent. */
export interface LiveState {
  ownUserId: string;
  inbox?: Inbox;
  histories: Readonly<Record<string, History>>;
  followRequests?: FollowRequest[];
  connections?: User[];
  /** Results of searches for people, by what was typed. */
  searches: Readonly<Record<string, User[]>>;
  users: Readonly<Record<string, User>>;
}

export interface Reduction {
  state: LiveState;
  stale: QueryKey[];
}

export function reduce(state: LiveState, event: LiveEvent): Reduction {
  switch (event.type) {
    case "message.created":
      return messageCreated(state, event.data);
    case "unread.updated":
      return unreadUpdated(state, event.data);
    case "conversation.created":
      return conversationCreated(state, event.data);
    case "follow.requested":
      return followRequested(state, event.data.request_id, event.data.user);
    case "relationship.updated":
      return relationshipUpdated(state, event.data.user_id, event.data.user);
    default:
      return { state, stale: [] };
  }
}

function messageCreated(state: LiveState, message: Message): Reduction {
  const id = message.conversation_id;
  const stale: QueryKey[] = [];
  let next = state;
  const history = state.histories[id];
  if (history) {
    const items = mergeMessages(history.items, [message]);
    next = { ...next, histories: { ...state.histories, [id]: { ...history, items } } };
    if (!isDense(items)) stale.push(queryKeys.history(id));
  }
  return changeConversation(next, stale, id, (conversation) => withMessage(conversation, message, state.ownUserId));
}

function unreadUpdated(state: LiveState, unread: UnreadUpdated): Reduction {
  return changeConversation(state, [], unread.conversation_id, (conversation) => withUnread(conversation, unread));
}

function conversationCreated(state: LiveState, conversation: EventConversation): Reduction {
  const { my, peer } = conversation;
  const known = state.inbox?.items.some((item) => item.id === conversation.id);
  if (known || !state.inbox || my === undefined || peer === undefined)
    return changeConversation(state, [], conversation.id, (item) => mergeConversation(item, conversation));
  const items = byActivity([...state.inbox.items, { ...conversation, my, peer }]);
  return { state: { ...state, inbox: { ...state.inbox, items } }, stale: [] };
}

/** Changes a conversation of the inbox; one that is not there yet makes the inbox stale. */
function changeConversation(
  state: LiveState,
  stale: QueryKey[],
  conversationId: string,
  change: (conversation: Conversation) => Conversation,
): Reduction {
  if (!state.inbox) return { state, stale };
  if (!state.inbox.items.some((item) => item.id === conversationId))
    return { state, stale: [...stale, queryKeys.inbox, queryKeys.conversation(conversationId)] };
  const items = state.inbox.items.map((item) => (item.id === conversationId ? change(item) : item));
  return { state: { ...state, inbox: { ...state.inbox, items: byActivity(items) } }, stale };
}

function followRequested(state: LiveState, requestId: string, user: User): Reduction {
  const answered = state.connections?.some((other) => other.id === user.id);
  const listed = state.followRequests?.some((request) => request.id === requestId);
  if (!state.followRequests || answered || listed) return { state, stale: [] };
  const others = state.followRequests.filter((request) => request.user.id !== user.id);
  const request: FollowRequest = { id: requestId, user, created_at: new Date(idTime(requestId)).toISOString() };
  const next = withPerson({ ...state, followRequests: [request, ...others] }, user, false);
  return { state: next, stale: [] };
}

function relationshipUpdated(state: LiveState, userId: string, user: User | null): Reduction {
  if (user === null) return { state: withoutPerson(state, userId), stale: [queryKeys.user(userId)] };
  if (user.relationship) return { state: withPerson(state, user, true), stale: [] };
  const stale = [queryKeys.user(userId), queryKeys.connections, queryKeys.followRequests, queryKeys.inbox];
  return { state, stale };
}

/** Ids are UUIDv7: their first 48 bits are the time at which they were made, in milliseconds. */
function idTime(id: string): number {
  const time = Number.parseInt(id.replace("-", "").slice(0, 12), 16);
  return Number.isFinite(time) ? time : 0;
}
