// DELETE /v1/me/followers/{id}: somebody follows no more. They may ask again.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";
import type { User } from "@/sdk/types";
import { useApplyRelationship } from "./apply-relationship";

export function useRemoveFollower() {
  const { api } = useServer();
  const apply = useApplyRelationship();
  return useMutation({
    mutationFn: async (user: User) => {
      await unwrap(api.DELETE("/v1/me/followers/{id}", { params: { path: { id: user.id } } }));
    },
    onSuccess: (_nothing, user) => apply(user, { followed_by: "none", connected: false }),
  });
}
