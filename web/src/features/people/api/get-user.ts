// GET /v1/users/{id}: one person, with the relationship to the caller.
import { useQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";

export function useUser(userId: string) {
  const { api } = useServer();
  return useQuery({
    queryKey: queryKeys.user(userId),
    queryFn: ({ signal }) => unwrap(api.GET("/v1/users/{id}", { params: { path: { id: userId } }, signal })),
  });
}
