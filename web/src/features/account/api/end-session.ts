// DELETE /v1/auth/sessions/{id} and DELETE /v1/auth/sessions: one of them, or all but this one.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";

/** Takes the session's id, or `"others"`. */
export function useEndSession() {
  const { api } = useServer();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      id === "others"
        ? unwrap(api.DELETE("/v1/auth/sessions"))
        : unwrap(api.DELETE("/v1/auth/sessions/{id}", { params: { path: { id } } })),
    onSettled: () => cache.invalidateQueries({ queryKey: queryKeys.sessions }),
  });
}
