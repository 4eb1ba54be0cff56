// What a change between two people does to every list that shows one of them.
import type { Conversation, User } from "@/sdk/types";
import type { LiveState } from "./reduce";

/** Shows this state of the person everywhere; with `settle`, lists follow the relationship too. */
export function withPerson(state: LiveState, user: User, settle: boolean): LiveState {
  const replace = (other: User) => (other.id === user.id ? user : other);
  const next: LiveState = {
    ...state,
    inbox: mapPeers(state, (peer) => (peer.id === user.id ? user : peer)),
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
export function withoutPerson(state: LiveState, userId: string): LiveState {
  const others = (users: User[]) => users.filter((user) => user.id !== userId);
  const { [userId]: _gone, ...users } = state.users;
  return {
    ...state,
    inbox: mapPeers(state, (peer) => (peer.id === userId ? null : peer)),
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

function mapPeers(state: LiveState, change: (peer: User) => User | null): LiveState["inbox"] {
  const items = state.inbox?.items.map(
    (conversation): Conversation =>
      conversation.peer ? { ...conversation, peer: change(conversation.peer) } : conversation,
  );
  return state.inbox && items && { ...state.inbox, items };
}

function mapValues<T>(record: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
