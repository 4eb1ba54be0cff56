// GET /v1/conversations/{id}/messages: the latest page, joined with what is known; older pages on demand.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef } from "react";
import { useServer } from "@/lib/client-context";
import { type History, joinLatestPage, joinOlderPage } from "@/lib/live/history";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";

const PAGE_SIZE = 50;
const PATH = "/v1/conversations/{id}/messages";

export function useHistory(conversationId: string) {
  const { api } = useServer();
  const cache = useQueryClient();
  const queryKey = queryKeys.history(conversationId);
  return useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const params = { path: { id: conversationId }, query: { limit: PAGE_SIZE } };
      const page = await unwrap(api.GET(PATH, { params, signal }));
      return joinLatestPage(cache.getQueryData<History>(queryKey), page);
    },
    gcTime: 30 * 60_000,
  });
}

/** Loads the page before the oldest known message; calls while one is on its way do nothing. */
export function useLoadOlder(conversationId: string): () => Promise<void> {
  const { api } = useServer();
  const cache = useQueryClient();
  const busy = useRef(false);
  return useCallback(async () => {
    const queryKey = queryKeys.history(conversationId);
    const known = cache.getQueryData<History>(queryKey);
    const before = known?.items[0]?.seq;
    if (busy.current || !known?.hasBefore || before === undefined) return;
    busy.current = true;
    try {
      const params = { path: { id: conversationId }, query: { before, limit: PAGE_SIZE } };
      const page = await unwrap(api.GET(PATH, { params }));
      cache.setQueryData<History>(queryKey, (present) => present && joinOlderPage(present, page));
    } finally {
      busy.current = false;
    }
  }, [api, cache, conversationId]);
}
