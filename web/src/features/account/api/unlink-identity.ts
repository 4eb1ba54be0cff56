// DELETE /v1/auth/identities/{provider}. The last way in is refused as a conflict.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";

export function useUnlinkIdentity() {
  const { api } = useServer();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (provider: string) =>
      unwrap(api.DELETE("/v1/auth/identities/{provider}", { params: { path: { provider } } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: queryKeys.identities }),
  });
}
