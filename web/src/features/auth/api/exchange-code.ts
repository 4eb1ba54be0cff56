// POST /v1/auth/oauth/exchange: the code an outside provider's sign-in came back with becomes a session. A query, so
// that each code is exchanged once however often the screen is drawn.
import { useQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";

/** Without a code it stays idle. Its data is the challenge of the second step, or `null` when that was all. */
export function useExchangeCode(code: string | undefined, remember: boolean) {
  const { session } = useServer();
  return useQuery({
    queryKey: queryKeys.exchange(code ?? ""),
    queryFn: () => session.exchange({ code: code ?? "", remember }),
    enabled: code !== undefined,
    retry: false,
    retryOnMount: false,
    refetchOnReconnect: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
