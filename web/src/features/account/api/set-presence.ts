// PUT /v1/me/presence: `dnd` and `invisible` stay until changed; `online` takes them back.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";
import type { components } from "@/sdk/schema";

export type OwnStatus = components["schemas"]["OwnStatus"];

export function useSetPresence() {
  const { api } = useServer();
  return useMutation({ mutationFn: (status: OwnStatus) => unwrap(api.PUT("/v1/me/presence", { body: { status } })) });
}
