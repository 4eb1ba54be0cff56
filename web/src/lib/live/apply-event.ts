// Carries an event into the query cache: reads the state, reduces, writes back what changed.
import type { QueryClient } from "@tanstack/react-query";
import { type QueryKey, queryKeys } from "@/lib/query-keys";
import type { LiveEvent } from "@/sdk/events";
import type { FollowRequest, OpenedConversation, Presence, User } from "@/sdk/types";
import type { KnownConversation, LoadedInbox } from "./conversation";
import type { History } from "./history";
import { reduce } from "./reduce";
import { planeOpened } from "./reduce/planes";
import type { LiveState, MemberList, Plane } from "./state";

export function applyEvent(cache: QueryClient, ownUserId: string, event: LiveEvent): void {
  applyEvents(cache, ownUserId, [event]);
}

/** Several at once: the screen is drawn once. */
export function applyEvents(cache: QueryClient, ownUserId: string, events: readonly LiveEvent[]): void {
  const before = readState(cache, ownUserId);
  const stale = new Map<string, QueryKey>();
  let after = before;
  for (const event of events) {
    const reduction = reduce(after, event);
    after = reduction.state;
    for (const queryKey of reduction.stale) stale.set(queryKey.join(" "), queryKey);
  }
  writeState(cache, before, after);
  for (const queryKey of stale.values()) void cache.invalidateQueries({ queryKey });
}

/** Takes the answer to opening a conversation. */
export function openPlane(cache: QueryClient, ownUserId: string, id: string, opened: OpenedConversation): void {
  cache.setQueryData<Plane>(queryKeys.plane(id), (plane) => planeOpened(plane, opened, ownUserId));
}

function readState(cache: QueryClient, ownUserId: string): LiveState {
  const inbox = cache.getQueryData<LoadedInbox>(queryKeys.inbox);
  const followRequests = cache.getQueryData<FollowRequest[]>(queryKeys.followRequests);
  const connections = cache.getQueryData<User[]>(queryKeys.connections);
  return {
    ownUserId,
    ...(inbox && { inbox }),
    ...(followRequests && { followRequests }),
    ...(connections && { connections }),
    conversations: readGroup<KnownConversation>(cache, queryKeys.conversations),
    histories: readGroup<History>(cache, queryKeys.histories),
    members: readGroup<MemberList>(cache, queryKeys.memberLists),
    planes: readGroup<Plane>(cache, queryKeys.planes),
    early: cache.getQueryData<LiveState["early"]>(queryKeys.early) ?? {},
    presences: cache.getQueryData<Record<string, Presence>>(queryKeys.presences) ?? {},
    searches: readGroup<User[]>(cache, queryKeys.searches),
    users: readGroup<User>(cache, queryKeys.users),
  };
}

function writeState(cache: QueryClient, before: LiveState, after: LiveState): void {
  const single = ["inbox", "followRequests", "connections", "early", "presences"] as const;
  for (const name of single) if (after[name] !== before[name]) cache.setQueryData(queryKeys[name], after[name]);
  writeChanged(cache, before.conversations, after.conversations, queryKeys.conversation);
  writeChanged(cache, before.histories, after.histories, queryKeys.history);
  writeChanged(cache, before.members, after.members, queryKeys.members);
  writeChanged(cache, before.planes, after.planes, queryKeys.plane);
  writeChanged(cache, before.searches, after.searches, queryKeys.search);
  writeChanged(cache, before.users, after.users, queryKeys.user);
}

function readGroup<T>(cache: QueryClient, queryKey: readonly string[]): Record<string, T> {
  const loaded = cache.getQueriesData<T>({ queryKey }).filter((entry) => entry[1] !== undefined);
  return Object.fromEntries(loaded.map(([key, data]) => [String(key[1]), data as T]));
}

function writeChanged<T>(
  cache: QueryClient,
  before: Readonly<Record<string, T>>,
  after: Readonly<Record<string, T>>,
  keyOf: (name: string) => readonly string[],
): void {
  for (const [name, value] of Object.entries(after)) if (value !== before[name]) cache.setQueryData(keyOf(name), value);
}
