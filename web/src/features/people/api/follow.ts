// POST and DELETE /v1/users/{id}/follow: follow or ask, unfollow or take the question back.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";
import type { User } from "@/sdk/types";
import { useApplyRelationship } from "./apply-relationship";

export function useFollow() {
  const { api } = useServer();
  const apply = useApplyRelationship();
  return useMutation({
    mutationFn: ({ user, follow }: { user: User; follow: boolean }) => {
      const params = { path: { id: user.id } };
      const path = "/v1/users/{id}/follow";
      return unwrap(follow ? api.POST(path, { params }) : api.DELETE(path, { params }));
    },
    onSuccess: (relationship, { user }) => apply(user, relationship),
  });
}
