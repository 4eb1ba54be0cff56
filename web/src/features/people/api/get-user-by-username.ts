// GET /v1/users/by-username/{username}: whom an address with a username means.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";

export function useUserByUsername(username: string) {
  const { api } = useServer();
  const cache = useQueryClient();
  return useQuery({
    queryKey: queryKeys.userNamed(username),
    queryFn: async ({ signal }) => {
      const path = { username };
      const user = await unwrap(api.GET("/v1/users/by-username/{username}", { params: { path }, signal }));
      cache.setQueryData(queryKeys.user(user.id), user);
      return user;
    },
    // The name may belong to somebody else tomorrow.
    gcTime: 0,
  });
}
