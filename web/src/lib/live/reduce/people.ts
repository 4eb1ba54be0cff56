// What a change between two people does to every list that shows one of them.
import { queryKeys } from "@/lib/query-keys";
import type { FollowRequest, User } from "@/sdk/types";
import type { KnownConversation } from "../conversation";
import type { LiveState, Reduction } from "../state";

export function followRequested(state: LiveState, requestId: string, user: User): Reduction {
  const answered = state.connections?.some((other) => other.id === user.id);
  const listed = state.followRequests?.some((request) => request.id === requestId);
  if (!state.followRequests || answered || listed) return { state, stale: [] };
  const others = state.followRequests.filter((request) => request.user.id !== user.id);
  const request: FollowRequest = { id: requestId, user, created_at: new Date(idTime(requestId)).toISOString() };
  const next = withPerson({ ...state, followRequests: [request, ...others] }, user, false);
  return { state: next, stale: [] };
}

export function relationshipUpdated(state: LiveState, userId: string, user: User | null): Reduction {
  if (user === null) return { state: withoutPerson(state, userId), stale: [queryKeys.user(userId)] };
  // Lists that only pages know are fetched anew by whoever shows one.
  if (user.relationship) return { state: withPerson(state, user, true), stale: [queryKeys.peopleLists] };
  const stale = [queryKeys.user(userId), queryKeys.connections, queryKeys.followRequests, queryKeys.inbox];
  return { state, stale };
}

/** Ids are UUIDv7: their first 48 bits are the time at which they were made, in milliseconds. */
function idTime(id: string): number {
  const time = Number.parseInt(id.replace("-", "").slice(0, 12), 16);
  return Number.isFinite(time) ? time : 0;
}

/** Shows this state of the person everywhere; with `settle`, lists follow the relationship too. */
function withPerson(state: LiveState, user: User, settle: boolean): LiveState {
  const replace = (other: User) => (other.id === user.id ? user : other);
  const next: LiveState = {
    ...state,
    ...mapPeers(state, (peer) => (peer.id === user.id ? user : peer)),
    searches: mapValues(state.searches, (users) => users.map(replace)),
    users: mapValues(state.users, replace),
    connections: state.connections?.map(replace),
    followRequests: state.followRequests?.map((request) =>
      request.user.id === user.id ? { ...request, user } : request,
    ),
  };
  return settle ? settleLists(next, user) : next;
}

/** The person is not visible any more. */
function withoutPerson(state: LiveState, userId: string): LiveState {
  const others = (users: User[]) => users.filter((user) => user.id !== userId);
  const { [userId]: _gone, ...users } = state.users;
  return {
    ...state,
    ...mapPeers(state, (peer) => (peer.id === userId ? null : peer)),
    searches: mapValues(state.searches, others),
    users,
    connections: state.connections && others(state.connections),
    followRequests: state.followRequests?.filter((request) => request.user.id !== userId),
  };
}

function settleLists(state: LiveState, user: User): LiveState {
  const others = state.connections?.filter((other) => other.id !== user.id);
  const pending = user.relationship?.followed_by === "requested";
  return {
    ...state,
    connections: others && (user.relationship?.connected ? [user, ...others] : others),
    followRequests: state.followRequests?.filter((request) => pending || request.user.id !== user.id),
  };
}

type Shown = Pick<LiveState, "inbox" | "conversations">;

function mapPeers(state: LiveState, change: (peer: User) => User | null): Shown {
  const changed = (conversation: KnownConversation): KnownConversation =>
    conversation.peer ? { ...conversation, peer: change(conversation.peer) } : conversation;
  const conversations = mapValues(state.conversations, changed);
  const { inbox } = state;
  return inbox ? { conversations, inbox: { ...inbox, items: inbox.items.map(changed) } } : { conversations };
}

function mapValues<T>(record: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
