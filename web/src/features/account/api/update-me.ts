// PATCH /v1/me: profile and settings. What the server answers is what the session shows from then on.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";
import type { components } from "@/sdk/schema";

export type MeChange = components["schemas"]["UpdateMeRequest"];
export type Settings = components["schemas"]["Settings"];

export function useUpdateMe() {
  const { api, session } = useServer();
  return useMutation({
    mutationFn: (body: MeChange) => unwrap(api.PATCH("/v1/me", { body })),
    onSuccess: session.updateUser,
  });
}
