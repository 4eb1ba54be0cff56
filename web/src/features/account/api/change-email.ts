// POST /v1/auth/email: a link goes to the new address, which counts once it was opened.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";

export function useChangeEmail() {
  const { api } = useServer();
  return useMutation({
    mutationFn: (body: { email: string; password?: string }) => unwrap(api.POST("/v1/auth/email", { body })),
  });
}
