// DELETE /v1/me: every session ends at once, this one too.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";

interface Deletion {
  password?: string;
  code?: string;
  messages: "keep" | "erase";
}

export function useDeleteAccount() {
  const { api, session } = useServer();
  return useMutation({
    mutationFn: (body: Deletion) => unwrap(api.DELETE("/v1/me", { body })),
    onSuccess: () => session.clear(),
  });
}
