// PATCH /v1/conversations/{id}/my: pinned, muted, archived; for oneself alone.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";
import type { components } from "@/sdk/schema";
import { useApply } from "./apply";

export type MyChange = components["schemas"]["UpdateMyRequest"];

export function useChangeMy() {
  const { api } = useServer();
  const apply = useApply();
  return useMutation({
    mutationFn: ({ id, change }: { id: string; change: MyChange }) =>
      unwrap(api.PATCH("/v1/conversations/{id}/my", { params: { path: { id } }, body: change })),
    onSuccess: (conversation) => apply({ type: "conversation.updated", data: conversation }),
  });
}
