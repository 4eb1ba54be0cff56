// GET /v1/search/messages?q=: messages of the caller's conversations, best first, with where they match.
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";

const PAGE = 20;
const LONGEST = 200;

export function useSearchMessages(q: string) {
  const { api } = useServer();
  const wanted = q.trim().slice(0, LONGEST);
  return useInfiniteQuery({
    queryKey: queryKeys.messageSearch(wanted),
    queryFn: ({ pageParam, signal }) => {
      const query = { q: wanted, limit: PAGE, ...(pageParam && { cursor: pageParam }) };
      return unwrap(api.GET("/v1/search/messages", { params: { query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    enabled: wanted !== "",
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });
}
