// GET /v1/auth/providers: where else people may come from. Without an answer there are none.
import { useQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";
import type { Provider } from "@/sdk/types";

export function useProviders(): readonly Provider[] {
  const { publicApi } = useServer();
  const { data } = useQuery({
    queryKey: queryKeys.providers,
    queryFn: ({ signal }) => unwrap(publicApi.GET("/v1/auth/providers", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data?.items ?? NONE;
}

const NONE: readonly Provider[] = [];
