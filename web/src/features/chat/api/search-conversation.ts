// GET /v1/search/messages within one conversation, latest first.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";

const MOST = 100;
export const QUERY_MAX = 200;

export function useConversationSearch(conversationId: string, q: string) {
  const { api } = useServer();
  return useQuery({
    queryKey: queryKeys.conversationSearch(conversationId, q),
    queryFn: async ({ signal }) => {
      const query = { q, conversation_id: conversationId, limit: MOST };
      const page = await unwrap(api.GET("/v1/search/messages", { params: { query }, signal }));
      const items = [...page.items].sort((a, b) => b.message.seq - a.message.seq);
      return { items, more: page.next_cursor !== null };
    },
    enabled: q !== "",
    placeholderData: (previous) => (q === "" ? undefined : keepPreviousData(previous)),
    staleTime: 10_000,
  });
}
