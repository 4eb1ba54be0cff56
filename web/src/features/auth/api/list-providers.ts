// GET /v1/auth/providers: where else people may come from. Without an answer there are none.
import { useQuery } from "@tanstack/react-query";
import { queryKeys } from "@/lib/query-keys";
import { getPublic } from "@/sdk/public-call";
import type { Provider } from "@/sdk/types";

export function useProviders(): readonly Provider[] {
  const { data } = useQuery({
    queryKey: queryKeys.providers,
    queryFn: ({ signal }) => getPublic<{ items: Provider[] }>("/v1/auth/providers", signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data?.items ?? NONE;
}

const NONE: readonly Provider[] = [];
