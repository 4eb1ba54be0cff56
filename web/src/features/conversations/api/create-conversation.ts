// POST /v1/conversations: a group or a room. The `client_id` stays the same over repeats, so that pressing again after
// a lost answer never makes a second one.
import { useMutation } from "@tanstack/react-query";
import { useRef } from "react";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";
import { randomId } from "@/sdk/random-id";
import type { components } from "@/sdk/schema";
import { useApply } from "./apply";

export type NewConversation = Omit<components["schemas"]["CreateConversation"], "client_id">;

export function useCreateConversation() {
  const { api } = useServer();
  const apply = useApply();
  const attempt = useRef({ content: "", clientId: "" });
  return useMutation({
    mutationFn: (wanted: NewConversation) => {
      const content = JSON.stringify(wanted);
      if (attempt.current.content !== content) attempt.current = { content, clientId: randomId() };
      return unwrap(api.POST("/v1/conversations", { body: { ...wanted, client_id: attempt.current.clientId } }));
    },
    onSuccess: (conversation) => apply({ type: "conversation.created", data: conversation }),
  });
}
