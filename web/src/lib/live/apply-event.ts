// Carries an event into the query cache: reads the state, reduces, writes back what changed.
import type { QueryClient } from "@tanstack/react-query";
import { queryKeys } from "@/lib/query-keys";
import type { LiveEvent } from "@/sdk/events";
import type { FollowRequest, Inbox, User } from "@/sdk/types";
import type { History } from "./history";
import { type LiveState, reduce } from "./reduce";

export function applyEvent(cache: QueryClient, ownUserId: string, event: LiveEvent): void {
  const before = readState(cache, ownUserId);
  const { state: after, stale } = reduce(before, event);
  if (after.inbox !== before.inbox) cache.setQueryData(queryKeys.inbox, after.inbox);
  if (after.followRequests !== before.followRequests)
    cache.setQueryData(queryKeys.followRequests, after.followRequests);
  if (after.connections !== before.connections) cache.setQueryData(queryKeys.connections, after.connections);
  writeChanged(cache, before.histories, after.histories, queryKeys.history);
  writeChanged(cache, before.searches, after.searches, queryKeys.search);
  writeChanged(cache, before.users, after.users, queryKeys.user);
  for (const queryKey of stale) void cache.invalidateQueries({ queryKey });
}

/** After a reconnect: whatever events were missed, the snapshots tell. */
export function refetchAll(cache: QueryClient): void {
  void cache.invalidateQueries({ predicate: (query) => query.queryKey[0] !== queryKeys.config[0] });
}

function readState(cache: QueryClient, ownUserId: string): LiveState {
  return {
    ownUserId,
    inbox: cache.getQueryData<Inbox>(queryKeys.inbox),
    histories: readGroup<History>(cache, queryKeys.histories),
    followRequests: cache.getQueryData<FollowRequest[]>(queryKeys.followRequests),
    connections: cache.getQueryData<User[]>(queryKeys.connections),
    searches: readGroup<User[]>(cache, queryKeys.searches),
    users: readGroup<User>(cache, queryKeys.users),
  };
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
