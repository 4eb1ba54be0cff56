// Who is there: told over the socket as long as somebody is shown (`presence.watch`).
import { skipToken, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useLive } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import type { Presence } from "@/sdk/types";

/** Presences by user id; ids whose presence is not known (yet) are absent. */
export function usePresence(userIds: readonly string[]): ReadonlyMap<string, Presence> {
  const { interest } = useLive();
  const key = [...new Set(userIds)].sort().join();
  useEffect(() => (key === "" ? undefined : interest.watch(key.split(","))), [interest, key]);
  const { data } = useQuery<Record<string, Presence>>({
    queryKey: queryKeys.presences,
    queryFn: skipToken,
    gcTime: Number.POSITIVE_INFINITY,
  });
  return useMemo(() => {
    const known = new Map<string, Presence>();
    for (const id of key.split(",")) {
      const presence = data?.[id];
      if (presence) known.set(id, presence);
    }
    return known;
  }, [data, key]);
}
