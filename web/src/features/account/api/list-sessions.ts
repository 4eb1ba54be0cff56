// GET /v1/auth/sessions: where the account is signed in, page by page.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";
import type { components } from "@/sdk/schema";

export type SessionInfo = components["schemas"]["SessionInfo"];

export function useSessions() {
  const { api } = useServer();
  return useInfiniteQuery({
    queryKey: queryKeys.sessions,
    queryFn: ({ pageParam, signal }) =>
      unwrap(api.GET("/v1/auth/sessions", { params: { query: pageParam ? { cursor: pageParam } : {} }, signal })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
  });
}
