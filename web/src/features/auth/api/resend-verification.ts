// POST /v1/auth/email/resend: another link for the address that waits to be confirmed.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { postPublic } from "@/sdk/public-call";

export function useResendVerification() {
  const { session } = useServer();
  return useMutation({
    mutationFn: async () => postPublic<void>("/v1/auth/email/resend", {}, await session.accessToken()),
  });
}
