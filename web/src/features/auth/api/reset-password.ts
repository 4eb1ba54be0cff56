// POST /v1/auth/password/reset. It ends every session of the account, perhaps the one of this browser too.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";

export function useResetPassword() {
  const { publicApi, session } = useServer();
  return useMutation({
    mutationFn: (body: { token: string; new_password: string }) =>
      unwrap(publicApi.POST("/v1/auth/password/reset", { body })),
    onSuccess: () => session.renew().catch(() => undefined),
  });
}
