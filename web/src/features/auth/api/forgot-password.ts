// POST /v1/auth/password/forgot.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";

export function useForgotPassword() {
  const { publicApi } = useServer();
  return useMutation({
    mutationFn: (email: string) => unwrap(publicApi.POST("/v1/auth/password/forgot", { body: { email } })),
  });
}
