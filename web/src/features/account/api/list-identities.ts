// GET /v1/auth/identities: the outside accounts that are linked.
import { useQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";

export function useIdentities() {
  const { api } = useServer();
  return useQuery({
    queryKey: queryKeys.identities,
    queryFn: ({ signal }) => unwrap(api.GET("/v1/auth/identities", { signal })),
    select: ({ items }) => items,
    staleTime: 0,
  });
}
