// GET /v1/conversations: the inbox. Events keep it current; see lib/live.
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { mergeInbox } from "@/lib/live/conversation";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";
import type { Inbox } from "@/sdk/types";

const INBOX_LIMIT = 100;

export function useInbox() {
  const { api } = useServer();
  const cache = useQueryClient();
  return useQuery(
    queryOptions({
      queryKey: queryKeys.inbox,
      queryFn: async ({ signal }) => {
        const query = { limit: INBOX_LIMIT };
        const fetched = await unwrap(api.GET("/v1/conversations", { params: { query }, signal }));
        return mergeInbox(cache.getQueryData<Inbox>(queryKeys.inbox), fetched);
      },
    }),
  );
}
