// Who is typing in which conversation, as far as it is open here.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useSyncExternalStore } from "react";
import { queryKeys } from "@/lib/query-keys";
import type { Conversation } from "@/sdk/types";
import type { MemberList, Plane } from "./state";

/** Gives a function that names the ids of who is typing in a conversation; a new function when that changes. */
export function useTypingIn(): (conversationId: string) => readonly string[] {
  const cache = useQueryClient();
  const subscribe = useCallback(
    (listener: () => void) =>
      cache.getQueryCache().subscribe(({ query, type }) => {
        if (type === "updated" && query.queryKey[0] === queryKeys.planes[0]) listener();
      }),
    [cache],
  );
  const read = () => {
    const planes = cache.getQueriesData<Plane>({ queryKey: queryKeys.planes });
    return JSON.stringify(planes.flatMap(([key, plane]) => (plane?.typing.length ? [[key[1], plane.typing]] : [])));
  };
  const snapshot = useSyncExternalStore(subscribe, read);
  return useCallback(
    (conversationId: string) => new Map<string, string[]>(JSON.parse(snapshot)).get(conversationId) ?? [],
    [snapshot],
  );
}

/** Names a person of a conversation by what is known of it. */
export function useNames(
  items: readonly Conversation[] | undefined,
): (conversationId: string, userId: string) => string {
  const cache = useQueryClient();
  return useCallback(
    (conversationId: string, userId: string) => {
      const conversation = items?.find((item) => item.id === conversationId);
      if (conversation?.peer?.id === userId) return conversation.peer.display_name;
      const sender = conversation?.last_message?.sender;
      if (sender?.id === userId) return sender.display_name;
      const members = cache.getQueryData<MemberList>(queryKeys.members(conversationId));
      return members?.items.find((member) => member.user.id === userId)?.user.display_name ?? "";
    },
    [cache, items],
  );
}
