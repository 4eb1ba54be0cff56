// Lists of people that are read a page at a time: followers, followed, blocked, muted.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useLive, useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { type ApiClient, unwrap } from "@/sdk/api-client";

export type PeopleListKind = "followers" | "following" | "blocked" | "muted";

const PAGE = 50;

/** `userId` other than one's own: only of connected people. */
export function usePeopleList(kind: PeopleListKind, userId?: string) {
  const { api } = useServer();
  const { me } = useLive();
  const id = userId ?? me.id;
  return useInfiniteQuery({
    queryKey: queryKeys.peopleList(kind, id),
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, ...(pageParam && { cursor: pageParam }) };
      return unwrap(ask(api, kind, id, query, signal));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

function ask(api: ApiClient, kind: PeopleListKind, id: string, query: { limit: number }, signal: AbortSignal) {
  if (kind === "blocked") return api.GET("/v1/me/blocks", { params: { query }, signal });
  if (kind === "muted") return api.GET("/v1/me/mutes", { params: { query }, signal });
  const params = { path: { id }, query };
  if (kind === "followers") return api.GET("/v1/users/{id}/followers", { params, signal });
  return api.GET("/v1/users/{id}/following", { params, signal });
}
