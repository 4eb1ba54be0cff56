// POST /v1/conversations/{id}/leave, and DELETE of the whole conversation by its owner.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";
import type { Conversation } from "@/sdk/types";
import { useApply } from "./apply";

export function useLeaveConversation() {
  const { api } = useServer();
  const apply = useApply();
  return useMutation({
    mutationFn: async ({ conversation, forAll }: { conversation: Conversation; forAll: boolean }) => {
      const params = { path: { id: conversation.id } };
      if (forAll) await unwrap(api.DELETE("/v1/conversations/{id}", { params }));
      else await unwrap(api.POST("/v1/conversations/{id}/leave", { params }));
    },
    onSuccess: (_nothing, { conversation: { id, version }, forAll }) => {
      const reason = forAll ? "deleted" : "left";
      apply({ type: "conversation.removed", data: { conversation_id: id, version, reason } });
    },
  });
}
