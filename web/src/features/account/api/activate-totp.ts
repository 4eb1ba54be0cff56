// POST /v1/auth/totp/activate: switches the second factor on; its answer holds the recovery codes.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";

export function useActivateTotp() {
  const { api } = useServer();
  return useMutation({ mutationFn: (code: string) => unwrap(api.POST("/v1/auth/totp/activate", { body: { code } })) });
}
