// GET /v1/follow-requests?direction=incoming: who asks to follow the caller.
import { useQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";

export function useFollowRequests() {
  const { api } = useServer();
  return useQuery({
    queryKey: queryKeys.followRequests,
    queryFn: async ({ signal }) => {
      const query = { direction: "incoming", limit: 100 } as const;
      return (await unwrap(api.GET("/v1/follow-requests", { params: { query }, signal }))).items;
    },
  });
}
