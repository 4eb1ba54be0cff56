// POST /v1/auth/identities/{provider}: where the browser goes next; it comes back with `#linked=` or `#error=`.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";

export function useLinkIdentity() {
  const { api } = useServer();
  return useMutation({
    mutationFn: (provider: string) =>
      unwrap(
        api.POST("/v1/auth/identities/{provider}", {
          params: { path: { provider } },
          body: { return_to: "/settings/security" },
        }),
      ),
  });
}
