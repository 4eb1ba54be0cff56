// The inbox as it is shown: chosen by a filter, pinned conversations first, with who is typing where.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useLive, useServer } from "@/lib/client-context";
import { useNamelessMembers } from "@/lib/queries/conversation-name";
import { fetchInboxPage, useInboxQuery } from "@/lib/queries/inbox";
import { queryKeys } from "@/lib/query-keys";
import type { Conversation, Member } from "@/sdk/types";
import { byActivity, type LoadedInbox } from "./conversation";
import { isMuted } from "./muted";
import { useNames, useTypingIn } from "./use-typing";

export interface InboxFilter {
  /** Only what is archived; absent: only what is not. */
  archived?: boolean;
  kind?: Conversation["kind"];
  unread?: boolean;
  mentions?: boolean;
  /** Part of a title, a name or a username; of those in it for a group without a title. */
  q?: string;
}

export function useInbox(filter: InboxFilter = {}) {
  const { api } = useServer();
  const { me } = useLive();
  const cache = useQueryClient();
  const { data: inbox, error, isLoading, refetch } = useQuery(useInboxQuery());
  const { archived = false, kind, unread, mentions, q } = filter;
  const items = inbox?.items ?? NONE;
  const membersOf = useNamelessMembers(q?.trim() ? items : NONE);
  const conversations = useMemo(
    () => chosen(items, { archived, ...defined({ kind, unread, mentions, q }) }, membersOf),
    [items, archived, kind, unread, mentions, q, membersOf],
  );
  const cursor = archived ? inbox?.archived_cursor : inbox?.next_cursor;
  const more = useCallback(async () => {
    if (!cursor) return;
    const page = await fetchInboxPage(api, archived, cursor);
    cache.setQueryData<LoadedInbox>(queryKeys.inbox, (present) => present && withPage(present, page, archived));
  }, [api, cache, archived, cursor]);
  const typingIn = useTypingIn();
  const nameOf = useNames(inbox?.items);
  const typing = useCallback(
    (conversationId: string) =>
      typingIn(conversationId)
        .filter((id) => id !== me.id)
        .map((id) => nameOf(conversationId, id)),
    [typingIn, nameOf, me.id],
  );
  return {
    conversations,
    archivedCount: inbox?.items.filter((conversation) => conversation.my?.archived).length ?? 0,
    totalUnread: inbox ? unreadOf(inbox) : 0,
    isLoading,
    error: inbox ? null : error,
    refetch,
    ...(cursor ? { fetchMore: more } : {}),
    typing,
  };
}

/** What the badge shows: unread messages of conversations that are neither archived nor muted. */
export function unreadOf(inbox: LoadedInbox, now = Date.now()): number {
  if (inbox.next_cursor) return inbox.total_unread;
  return inbox.items.reduce((sum, { my }) => {
    const quiet = !my || my.archived || isMuted(my.muted_until, now);
    return sum + (quiet ? 0 : my.unread_count);
  }, 0);
}

/** What the filter leaves, pinned first, each part by activity. */
export function chosen(
  items: readonly Conversation[],
  filter: InboxFilter,
  membersOf: ReadonlyMap<string, readonly Member[]> = new Map(),
): Conversation[] {
  const q = filter.q?.trim().toLowerCase() ?? "";
  const left = items.filter((conversation) => {
    const { my, kind } = conversation;
    if ((my?.archived ?? false) !== (filter.archived ?? false)) return false;
    if (filter.kind && kind !== filter.kind) return false;
    if (filter.unread && !my?.unread_count) return false;
    if (filter.mentions && !my?.mention_count) return false;
    return (
      q === "" || namesIn(conversation, membersOf.get(conversation.id)).some((name) => name.toLowerCase().includes(q))
    );
  });
  const sorted = byActivity(left);
  return [...sorted.filter((item) => item.my?.pinned), ...sorted.filter((item) => !item.my?.pinned)];
}

/** A group without a name is found by those who are in it. */
function namesIn({ title, peer }: Conversation, members: readonly Member[] = []): string[] {
  const named = [title, peer?.display_name, peer?.username].filter((name) => name != null);
  return [...named, ...members.flatMap(({ user }) => [user.display_name, user.username])];
}

function withPage(present: LoadedInbox, page: LoadedInbox, archived: boolean): LoadedInbox {
  const known = new Set(present.items.map((conversation) => conversation.id));
  const fresh = page.items.filter((conversation) => !known.has(conversation.id));
  const items = byActivity([...present.items, ...fresh]);
  if (archived) return { ...present, items, archived_cursor: page.next_cursor };
  return { ...present, items, next_cursor: page.next_cursor };
}

const NONE: readonly Conversation[] = [];

function defined<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
