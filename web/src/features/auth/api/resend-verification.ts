// POST /v1/auth/email/resend: another link for the address that waits to be confirmed.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";

export function useResendVerification() {
  const { api } = useServer();
  return useMutation({ mutationFn: () => unwrap(api.POST("/v1/auth/email/resend")) });
}
