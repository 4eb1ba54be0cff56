// The names of conversations; for groups without one the members are asked for.
import { useQueries } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useLive, useServer } from "@/lib/client-context";
import { nameOf } from "@/lib/conversation-name";
import { membersQuery, useMembers } from "@/lib/live/use-members";
import type { Conversation, Member } from "@/sdk/types";

export function useConversationName(conversation: Conversation): string {
  const { me } = useLive();
  const { members } = useMembers(isNameless(conversation) ? conversation : undefined);
  return nameOf(conversation, members, me.id);
}

/** Of many at once: gives the function that names each. Nobody is asked for while `wanted` is not set. */
export function useConversationNames(
  conversations: readonly Conversation[],
  wanted = true,
): (conversation: Conversation) => string {
  const { me } = useLive();
  const membersOf = useNamelessMembers(conversations, wanted);
  return useCallback(
    (conversation) => nameOf(conversation, membersOf.get(conversation.id) ?? [], me.id),
    [membersOf, me.id],
  );
}

/** Who else is in the groups that are called after their members, as far as that is known. */
export function useNamelessMembers(
  conversations: readonly Conversation[],
  wanted = true,
): ReadonlyMap<string, readonly Member[]> {
  const { api } = useServer();
  const { me } = useLive();
  const ids = conversations.filter(isNameless).map(({ id }) => id);
  const key = ids.join();
  const lists = useQueries({
    queries: ids.map((id) => ({ ...membersQuery(api, id), enabled: wanted })),
    combine: itemsOf,
  });
  return useMemo(() => {
    const others = lists.map((list) => list?.filter(({ user }) => user.id !== me.id) ?? []);
    return new Map(key.split(",").map((id, index) => [id, others[index] ?? []]));
  }, [key, lists, me.id]);
}

const itemsOf = (answers: { data: { items: Member[] } | undefined }[]) => answers.map(({ data }) => data?.items);

function isNameless({ kind, title, my }: Conversation): boolean {
  return kind === "group" && !title && my !== null;
}
