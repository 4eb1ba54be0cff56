// Carries the answers of a sync and of a conversation's changes into the query cache, as the events that they stand for.
import type { QueryClient } from "@tanstack/react-query";
import { queryKeys } from "@/lib/query-keys";
import type { LiveEvent } from "@/sdk/events";
import type { Changes, Conversation, Sync } from "@/sdk/types";
import { applyEvents } from "./apply-event";
import type { LoadedInbox } from "./conversation";
import type { History } from "./history";

export function applySync(cache: QueryClient, ownUserId: string, sync: Sync): void {
  const events = sync.conversations.flatMap(({ conversation, messages }): LiveEvent[] => [
    ...messages.map((data): LiveEvent => ({ type: "message.updated", data })),
    { type: "conversation.updated", data: conversation },
  ]);
  const known = cache.getQueryData<LoadedInbox>(queryKeys.inbox)?.items ?? [];
  for (const conversation_id of sync.removed_conversation_ids) {
    const version = known.find((item) => item.id === conversation_id)?.version ?? 0;
    events.push({ type: "conversation.removed", data: { conversation_id, version, reason: "removed" } });
  }
  // Conversations first: a message of one that is not listed yet must find it.
  events.sort((a, b) => Number(b.type === "conversation.updated") - Number(a.type === "conversation.updated"));
  applyEvents(cache, ownUserId, events);
  cache.setQueryData<LoadedInbox>(queryKeys.inbox, (inbox) => inbox && { ...inbox, total_unread: sync.total_unread });
  if (sync.relationships_changed) refetchPeople(cache);
}

export function applyChanges(cache: QueryClient, ownUserId: string, id: string, changes: Changes): void {
  const { conversation, messages, members, removed_member_ids, version } = changes;
  const shared = { conversation_id: id, member_count: conversation.member_count };
  applyEvents(cache, ownUserId, [
    { type: "conversation.updated", data: conversation },
    ...messages.map((data): LiveEvent => ({ type: "message.updated", data })),
    ...members.map(
      (member): LiveEvent => ({ type: "member.updated", data: { ...shared, ...member, user_id: member.user.id } }),
    ),
    ...removed_member_ids.map((user_id): LiveEvent => {
      const left = { user_id, user: null, role: "member", joined_at: conversation.created_at } as const;
      return { type: "member.removed", data: { ...shared, ...left, version } };
    }),
  ]);
}

/** Loads a conversation anew. */
export function reload(cache: QueryClient, id: string): void {
  for (const queryKey of [queryKeys.history(id), queryKeys.members(id), queryKeys.conversation(id)])
    void cache.invalidateQueries({ queryKey });
}

/** The newest version of which something is shown: all before that is known at least as well. */
export function shownVersion(cache: QueryClient, id: string): number | undefined {
  const items = cache.getQueryData<History>(queryKeys.history(id))?.items;
  return items?.reduce<number | undefined>((most, { version }) => Math.max(most ?? 0, version), undefined);
}

export function listed(cache: QueryClient, id: string): Conversation | undefined {
  return cache.getQueryData<LoadedInbox>(queryKeys.inbox)?.items.find((conversation) => conversation.id === id);
}

function refetchPeople(cache: QueryClient): void {
  const { connections, followRequests, users, searches, peopleLists } = queryKeys;
  for (const queryKey of [connections, followRequests, users, searches, peopleLists])
    void cache.invalidateQueries({ queryKey });
}
