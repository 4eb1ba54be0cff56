// POST /v1/attachments, then PATCH /v1/me: the picture is stored, then becomes one's own.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";

export function useUploadAvatar() {
  const { api, session } = useServer();
  return useMutation({
    mutationFn: async (picture: Blob) => {
      const form = new FormData();
      form.append("file", picture, picture.type === "image/png" ? "picture.png" : "picture.jpg");
      const { id } = await unwrap(
        // The form goes out as it is; the generated type knows the part by name alone.
        api.POST("/v1/attachments", { body: { file: "" }, bodySerializer: () => form }),
      );
      return unwrap(api.PATCH("/v1/me", { body: { avatar_attachment_id: id } }));
    },
    onSuccess: session.updateUser,
  });
}
