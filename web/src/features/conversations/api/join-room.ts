// POST /v1/conversations/{id}/join: a room, which anybody may join.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";
import { useApply } from "./apply";

export function useJoinRoom() {
  const { api } = useServer();
  const apply = useApply();
  return useMutation({
    mutationFn: (id: string) => unwrap(api.POST("/v1/conversations/{id}/join", { params: { path: { id } } })),
    onSuccess: (conversation) => apply({ type: "conversation.created", data: conversation }),
  });
}
