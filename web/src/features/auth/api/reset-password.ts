// POST /v1/auth/password/reset. It ends every session of the account, perhaps the one of this browser too.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { postPublic } from "@/sdk/public-call";

export function useResetPassword() {
  const { session } = useServer();
  return useMutation({
    mutationFn: (body: { token: string; new_password: string }) => postPublic<void>("/v1/auth/password/reset", body),
    onSuccess: () => session.renew().catch(() => undefined),
  });
}
