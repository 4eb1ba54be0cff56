// GET /v1/attachments/{id}: the addresses of a file end after a while; then it is asked for new ones. One address is
// kept as long as it works, so that a picture that is there is not loaded again.
import { useQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";
import type { Attachment } from "@/sdk/types";

const BEFORE_MS = 30_000;
/** A timer can't wait for much longer than three weeks. */
const MOST_MS = 86_400_000;

export interface FreshAttachment {
  file: Attachment;
  /** Whether its addresses work now. */
  usable: boolean;
  gone: boolean;
  /** An address was refused: ask for another. */
  refresh: () => void;
}

export function useFreshAttachment(attachment: Attachment): FreshAttachment {
  const { api } = useServer();
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.attachment(attachment.id),
    queryFn: ({ signal }) => {
      const params = { path: { id: attachment.id } };
      return unwrap(api.GET("/v1/attachments/{id}", { params, signal }));
    },
    initialData: attachment,
    initialDataUpdatedAt: Date.now(),
    staleTime: (query) =>
      Math.max(0, timeLeft(query.state.data ?? attachment) + query.state.dataUpdatedAt - Date.now()),
    refetchInterval: (query) => (query.state.data ? Math.max(30_000, timeLeft(query.state.data)) : false),
    retry: 1,
  });
  // A message that has come anew may carry addresses that last longer than those in use.
  const file = timeLeft(data) > 0 ? data : attachment;
  return {
    file,
    usable: timeLeft(file) > 0,
    gone: error !== null && timeLeft(file) <= 0,
    refresh: () => void refetch(),
  };
}

function timeLeft({ url_expires_at }: Attachment): number {
  return Math.min(Date.parse(url_expires_at) - Date.now() - BEFORE_MS, MOST_MS);
}
