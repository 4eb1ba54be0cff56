// One conversation: from the inbox, or by GET /v1/conversations/{id} when the inbox does not hold it.
import { useQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { useInbox } from "@/lib/queries/inbox";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";

export function useConversation(conversationId: string) {
  const { api } = useServer();
  const inbox = useInbox();
  const listed = inbox.data?.items.find((conversation) => conversation.id === conversationId);
  const single = useQuery({
    queryKey: queryKeys.conversation(conversationId),
    queryFn: ({ signal }) => {
      const params = { path: { id: conversationId } };
      return unwrap(api.GET("/v1/conversations/{id}", { params, signal }));
    },
    enabled: inbox.isFetched && !listed,
  });
  return { conversation: listed ?? single.data, error: listed ? null : single.error };
}
