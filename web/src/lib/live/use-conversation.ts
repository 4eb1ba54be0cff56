// One open conversation: what it is, its messages, who is in it and does what, and everything that can be done.
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useLive, usePendingMessages, useServer } from "@/lib/client-context";
import { useInboxQuery } from "@/lib/queries/inbox";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";
import type { Draft } from "@/sdk/outbox";
import type { UserLite } from "@/sdk/types";
import type { KnownConversation } from "./conversation";
import type { History } from "./history";
import { useHistory } from "./use-history";
import { useMarks } from "./use-marks";
import { useMembers } from "./use-members";
import { useMessageActions } from "./use-message-actions";
import { usePlane } from "./use-plane";

const NOTHING: Required<History> = { items: [], hasBefore: false, hasAfter: false };

export function useConversation(id: string) {
  const { me, outbox } = useLive();
  const { conversation, error } = useOneConversation(id);
  const inside = conversation != null && conversation.my !== null;
  const { query, ...places } = useHistory(id, conversation?.last_seq ?? 0, inside);
  const actions = useMessageActions(id);
  const plane = usePlane(id, inside);
  const { members, fetchMore: fetchMoreMembers } = useMembers(conversation);
  const { markRead, typing } = useMarks(conversation);
  const all = usePendingMessages();
  const pending = useMemo(() => all.filter((message) => message.conversationId === id), [all, id]);
  const history = useMemo(() => (query.data ? { ...NOTHING, ...query.data } : NOTHING), [query.data]);
  const typists = useMemo(
    () => plane.typing.filter((userId) => userId !== me.id).map((userId) => personOf(userId, members, history)),
    [plane.typing, members, history, me.id],
  );
  const { toLatest } = places;
  const send = useCallback(
    (draft: Draft) => {
      typing.sent();
      outbox.send(id, draft);
      void toLatest().catch(() => undefined);
    },
    [outbox, id, typing, toLatest],
  );
  return {
    conversation,
    history,
    ...places,
    /** Fetches the messages once more after an error. */
    refetch: query.refetch,
    pending,
    members,
    ...(fetchMoreMembers ? { fetchMoreMembers } : {}),
    /** How far the others have received and read, by user id. */
    receipts: plane.receipts,
    onlineCount: plane.onlineCount ?? conversation?.online_count,
    typing: typists,
    send,
    retry: useCallback((clientId: string) => outbox.retry(clientId), [outbox]),
    discard: useCallback((clientId: string) => outbox.discard(clientId), [outbox]),
    ...actions,
    markRead,
    setTyping: useCallback((active = true) => (active ? typing.start() : typing.stop()), [typing]),
    error: error ?? (query.data ? null : query.error),
    isLoading: !error && (conversation === undefined || (inside && query.isLoading)),
  };
}

/** From the inbox, or by GET /v1/conversations/{id} when the inbox does not hold it. */
export function useOneConversation(id: string): { conversation: KnownConversation | undefined; error: Error | null } {
  const { api } = useServer();
  const inbox = useQuery(useInboxQuery());
  const listed = inbox.data?.items.find((conversation) => conversation.id === id);
  const single = useQuery({
    queryKey: queryKeys.conversation(id),
    queryFn: ({ signal }): Promise<KnownConversation> =>
      unwrap(api.GET("/v1/conversations/{id}", { params: { path: { id } }, signal })),
    enabled: inbox.isFetched && !listed,
  });
  // A refusal counts more than what was known before: one may have been removed.
  const conversation = listed ?? (single.error ? undefined : single.data);
  return { conversation, error: listed ? null : single.error };
}

function personOf(id: string, members: readonly { user: UserLite }[], history: History): UserLite {
  const member = members.find((other) => other.user.id === id)?.user;
  const sender = history.items.findLast((message) => message.sender?.id === id)?.sender;
  return member ?? sender ?? { id, username: "", display_name: "", avatar_url: null };
}
