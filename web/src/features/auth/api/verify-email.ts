// POST /v1/auth/email/verify. A query, so that each link is used once however often the screen is drawn.
import { useQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";

export function useVerifyEmail(token: string | undefined) {
  const { api, publicApi, session } = useServer();
  return useQuery({
    queryKey: queryKeys.verification(token ?? ""),
    queryFn: async () => {
      await unwrap(publicApi.POST("/v1/auth/email/verify", { body: { token: token ?? "" } }));
      if (session.getState().status !== "signed-out")
        await unwrap(api.GET("/v1/me")).then(session.updateUser, () => undefined);
      return true;
    },
    enabled: token !== undefined,
    retry: false,
    retryOnMount: false,
    refetchOnReconnect: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
