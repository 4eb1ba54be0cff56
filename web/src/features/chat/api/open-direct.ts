// POST /v1/conversations with kind "direct": the conversation with one person, made when it is not there yet.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useLive, useServer } from "@/lib/client-context";
import { applyEvent } from "@/lib/live/apply-event";
import { unwrap } from "@/sdk/api-client";
import type { User } from "@/sdk/types";

export function useOpenDirect() {
  const { api } = useServer();
  const { me } = useLive();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (user: User) =>
      unwrap(api.POST("/v1/conversations", { body: { kind: "direct", member_ids: [user.id] } })),
    onSuccess: (conversation) => applyEvent(cache, me.id, { type: "conversation.created", data: conversation }),
  });
}
