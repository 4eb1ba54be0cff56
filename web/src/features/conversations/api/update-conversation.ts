// PATCH /v1/conversations/{id}: name, topic and picture, by owner and admins.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";
import type { components } from "@/sdk/schema";
import { useApply } from "./apply";

export type ConversationChange = components["schemas"]["UpdateConversationRequest"];

interface Wanted {
  id: string;
  change: Omit<ConversationChange, "avatar_attachment_id">;
  /** A new picture to upload, `null` to take the present one away. */
  picture?: File | null | undefined;
}

export function useUpdateConversation() {
  const { api } = useServer();
  const apply = useApply();
  return useMutation({
    mutationFn: async ({ id, change, picture }: Wanted) => {
      const body: ConversationChange = { ...change };
      if (picture === null) body.avatar_attachment_id = null;
      if (picture) {
        const form = new FormData();
        form.append("file", picture);
        // The form is sent as it is: the client would write it as JSON, and the browser sets the boundary.
        const upload = { body: { file: "" }, bodySerializer: () => form };
        body.avatar_attachment_id = (await unwrap(api.POST("/v1/attachments", upload))).id;
      }
      return unwrap(api.PATCH("/v1/conversations/{id}", { params: { path: { id } }, body }));
    },
    onSuccess: (conversation) => apply({ type: "conversation.updated", data: conversation }),
  });
}
