// GET /v1/me/export/{id}: pending, then for 24 hours a ZIP. Asked every two seconds while it is made.
import { useQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";

const POLL_MS = 2_000;

/** Its data is `null` while the copy is being made, then the archive. Without an id it stays idle. */
export function useExport(id: string | undefined) {
  const { api } = useServer();
  return useQuery({
    queryKey: queryKeys.dataExport(id ?? ""),
    queryFn: async ({ signal }): Promise<Blob | null> => {
      const call = api.GET("/v1/me/export/{id}", { params: { path: { id: id ?? "" } }, parseAs: "blob", signal });
      const { response } = await call;
      const archive = await unwrap(call);
      return response.status === 202 ? null : (archive as unknown as Blob);
    },
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.data === null ? POLL_MS : false),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}
