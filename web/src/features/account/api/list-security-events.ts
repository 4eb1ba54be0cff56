// GET /v1/auth/events: what happened to the account, newest first, page by page.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";
import type { components } from "@/sdk/schema";

export type SecurityEvent = components["schemas"]["SecurityEvent"];

export function useSecurityEvents() {
  const { api } = useServer();
  return useInfiniteQuery({
    queryKey: queryKeys.securityEvents,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/v1/auth/events", {
          params: { query: { limit: 30, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
  });
}
