// GET /v1/follow-requests?direction=outgoing: whom the caller has asked and who has not answered yet.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";

const PAGE = 50;

export function useSentRequests() {
  const { api } = useServer();
  return useInfiniteQuery({
    queryKey: queryKeys.peopleList("sent"),
    queryFn: ({ pageParam, signal }) => {
      const query = { direction: "outgoing" as const, limit: PAGE, ...(pageParam && { cursor: pageParam }) };
      return unwrap(api.GET("/v1/follow-requests", { params: { query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}
