// POST /v1/presence/query: who of these people is there now. Asked again every 15 s while the page is visible.
import { useQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";
import type { Presence } from "@/sdk/types";

const POLL_MS = 15_000;
const MOST_IDS = 200;

/** Presences by user id; ids whose presence is not known (yet) are absent. */
export function usePresence(userIds: readonly string[]): ReadonlyMap<string, Presence> {
  const { api } = useServer();
  const ids = [...new Set(userIds)].sort().slice(0, MOST_IDS);
  const { data } = useQuery({
    queryKey: queryKeys.presence(ids),
    queryFn: ({ signal }) => unwrap(api.POST("/v1/presence/query", { body: { user_ids: ids }, signal })),
    enabled: ids.length > 0,
    refetchInterval: POLL_MS,
    staleTime: POLL_MS / 2,
    placeholderData: (previous) => previous,
    retry: false,
    select: toMap,
  });
  return data ?? NOBODY;
}

const NOBODY: ReadonlyMap<string, Presence> = new Map();

function toMap({ presences }: { presences: Presence[] }): ReadonlyMap<string, Presence> {
  return new Map(presences.map((presence) => [presence.user_id, presence]));
}
