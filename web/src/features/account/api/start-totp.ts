// POST /v1/auth/totp: a secret for the authenticator app. Nothing is on before a code has shown that the app has it.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";

export function useStartTotp() {
  const { api } = useServer();
  return useMutation({ mutationFn: (body: { password?: string }) => unwrap(api.POST("/v1/auth/totp", { body })) });
}
