// GET /v1/me/connections: people whom the caller can write to.
import { useQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";

export function useConnections() {
  const { api } = useServer();
  return useQuery({
    queryKey: queryKeys.connections,
    queryFn: async ({ signal }) =>
      (await unwrap(api.GET("/v1/me/connections", { params: { query: { limit: 100 } }, signal }))).items,
  });
}
