// GET /v1/conversations: the inbox, with what is archived. Events keep it current; see lib/live.
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { type LoadedInbox, mergeInbox } from "@/lib/live/conversation";
import { queryKeys } from "@/lib/query-keys";
import { type ApiClient, unwrap } from "@/sdk/api-client";

const INBOX_LIMIT = 100;

export async function fetchInboxPage(api: ApiClient, archived: boolean, cursor?: string, signal?: AbortSignal) {
  const query = { limit: INBOX_LIMIT, archived, ...(cursor === undefined ? {} : { cursor }) };
  return unwrap(api.GET("/v1/conversations", { params: { query }, ...(signal ? { signal } : {}) }));
}

export function useInboxQuery() {
  const { api } = useServer();
  const cache = useQueryClient();
  return queryOptions({
    queryKey: queryKeys.inbox,
    queryFn: async ({ signal }): Promise<LoadedInbox> => {
      const [present, archived] = await Promise.all([
        fetchInboxPage(api, false, undefined, signal),
        fetchInboxPage(api, true, undefined, signal),
      ]);
      const fetched = { ...present, items: [...present.items, ...archived.items] };
      const known = cache.getQueryData<LoadedInbox>(queryKeys.inbox);
      return { ...mergeInbox(known, fetched), archived_cursor: archived.next_cursor };
    },
  });
}

/** What is not archived. */
export function useInbox() {
  return useQuery({ ...useInboxQuery(), select: withoutArchived });
}

function withoutArchived(inbox: LoadedInbox): LoadedInbox {
  return { ...inbox, items: inbox.items.filter((conversation) => !conversation.my?.archived) };
}
