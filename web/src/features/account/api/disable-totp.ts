// DELETE /v1/auth/totp.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";

export function useDisableTotp() {
  const { api } = useServer();
  return useMutation({
    mutationFn: (body: { password?: string; code: string }) => unwrap(api.DELETE("/v1/auth/totp", { body })),
  });
}
