// POST /v1/conversations/{id}/close, .../reopen and .../transfer: what the owner alone may do.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";
import { useApply } from "./apply";

type Decision = "close" | "reopen" | { transferTo: string };

export function useGovernConversation() {
  const { api } = useServer();
  const apply = useApply();
  return useMutation({
    mutationFn: ({ id, decision }: { id: string; decision: Decision }) => {
      const params = { path: { id } };
      if (decision === "close") return unwrap(api.POST("/v1/conversations/{id}/close", { params }));
      if (decision === "reopen") return unwrap(api.POST("/v1/conversations/{id}/reopen", { params }));
      const body = { user_id: decision.transferTo };
      return unwrap(api.POST("/v1/conversations/{id}/transfer", { params, body }));
    },
    onSuccess: (conversation) => apply({ type: "conversation.updated", data: conversation }),
  });
}
