// GET /v1/rooms?q=: the rooms that anybody may find, busiest first.
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";

const PAGE = 30;

export function useRooms(q: string) {
  const { api } = useServer();
  const wanted = q.trim();
  return useInfiniteQuery({
    queryKey: queryKeys.rooms(wanted),
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, ...(wanted && { q: wanted }), ...(pageParam && { cursor: pageParam }) };
      return unwrap(api.GET("/v1/rooms", { params: { query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 15_000,
  });
}
