// POST /v1/auth/password. Every other session of the account ends.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";

export function useChangePassword() {
  const { api } = useServer();
  return useMutation({
    mutationFn: (body: { current_password?: string; new_password: string }) =>
      unwrap(api.POST("/v1/auth/password", { body })),
  });
}
