// GET /v1/conversations/{id}/members: who is in it. Of a direct one they are known without asking.
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useLive, useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { type ApiClient, unwrap } from "@/sdk/api-client";
import type { Conversation, Member, UserLite } from "@/sdk/types";
import { inOrder } from "./reduce/members";
import type { MemberList } from "./state";

const PAGE_SIZE = 100;
/** A group is loaded whole, of a room the beginning. */
const MOST_AT_ONCE = 300;

export function useMembers(conversation: Conversation | undefined) {
  const { api } = useServer();
  const { me } = useLive();
  const cache = useQueryClient();
  const id = conversation?.id ?? "";
  const asked = conversation !== undefined && conversation.kind !== "direct" && conversation.my !== null;
  const most = conversation?.kind === "group" ? MOST_AT_ONCE : PAGE_SIZE;
  const { data, error, isLoading } = useQuery({ ...membersQuery(api, id, most), enabled: asked });
  const members = useMemo(() => {
    if (conversation?.kind !== "direct") return data?.items ?? [];
    return [me, conversation.peer].flatMap((user) => (user ? [directMember(user, conversation)] : []));
  }, [conversation, data, me]);
  const cursor = data?.next_cursor;
  const fetchMore = useCallback(async () => {
    if (!cursor) return;
    const query = { limit: PAGE_SIZE, cursor };
    const page = await unwrap(api.GET("/v1/conversations/{id}/members", { params: { path: { id }, query } }));
    cache.setQueryData<MemberList>(queryKeys.members(id), (list) => list && withPage(list, page));
  }, [api, cache, id, cursor]);
  return { members, error, isLoading, ...(cursor ? { fetchMore } : {}) };
}

/** `most`: how many are fetched at once. */
export function membersQuery(api: ApiClient, id: string, most = MOST_AT_ONCE) {
  return queryOptions({
    queryKey: queryKeys.members(id),
    queryFn: ({ signal }) => fetchMembers(api, id, most, signal),
  });
}

async function fetchMembers(api: ApiClient, id: string, most: number, signal: AbortSignal): Promise<MemberList> {
  let list: MemberList = { items: [], next_cursor: null };
  do {
    const query = { limit: PAGE_SIZE, ...(list.next_cursor ? { cursor: list.next_cursor } : {}) };
    const params = { path: { id }, query };
    list = withPage(list, await unwrap(api.GET("/v1/conversations/{id}/members", { params, signal })));
  } while (list.next_cursor && list.items.length < most);
  return list;
}

function withPage(list: MemberList, page: MemberList): MemberList {
  const known = new Map(list.items.map((member) => [member.user.id, member]));
  for (const member of page.items) {
    const other = known.get(member.user.id);
    if (!other || other.version <= member.version) known.set(member.user.id, member);
  }
  return { ...list, items: inOrder([...known.values()]), next_cursor: page.next_cursor };
}

function directMember({ id, username, display_name, avatar_url }: UserLite, conversation: Conversation): Member {
  const user = { id, username, display_name, avatar_url };
  return { user, role: "member", joined_at: conversation.created_at, version: 0 };
}
