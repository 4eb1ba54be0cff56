// PUT /v1/conversations/{id}/read up to the latest message: from a menu, without opening the conversation.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";
import type { Conversation } from "@/sdk/types";
import { useApply } from "./apply";

export function useMarkRead() {
  const { api } = useServer();
  const apply = useApply();
  return useMutation({
    mutationFn: ({ id, last_seq: seq }: Conversation) =>
      unwrap(api.PUT("/v1/conversations/{id}/read", { params: { path: { id } }, body: { seq } })),
    onSuccess: (marks, { id, last_seq, version }) =>
      apply({ type: "unread.updated", data: { conversation_id: id, last_seq, version, ...marks } }),
  });
}
