// POST /v1/auth/totp/recovery-codes: ten new codes; the old ones are void.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";

export function useRenewRecoveryCodes() {
  const { api } = useServer();
  return useMutation({
    mutationFn: (body: { password?: string; code: string }) =>
      unwrap(api.POST("/v1/auth/totp/recovery-codes", { body })),
  });
}
