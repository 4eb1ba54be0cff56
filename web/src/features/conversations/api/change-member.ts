// PUT and DELETE /v1/conversations/{id}/members/{user_id}: add somebody, change their role, take them out.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";

const PATH = "/v1/conversations/{id}/members/{user_id}";

interface Wanted {
  userId: string;
  /** The role to have, or `null` to be a member no more; as it is, or `member`, when absent. */
  role?: "admin" | "member" | null;
}

export function useChangeMember(id: string) {
  const { api } = useServer();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ userId, role }: Wanted) => {
      const params = { path: { id, user_id: userId } };
      if (role === null) await unwrap(api.DELETE(PATH, { params }));
      else await unwrap(api.PUT(PATH, { params, body: role ? { role } : {} }));
    },
    // The event tells everybody; asking makes sure that whoever did it sees it at once.
    onSettled: () => cache.invalidateQueries({ queryKey: queryKeys.members(id) }),
  });
}
