// PUT and DELETE /v1/me/blocks/{id}. A block ends both follows.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";
import type { User } from "@/sdk/types";
import { useApplyRelationship } from "./apply-relationship";

export function useSetBlock() {
  const { api } = useServer();
  const apply = useApplyRelationship();
  return useMutation({
    mutationFn: async ({ user, block }: { user: User; block: boolean }) => {
      const params = { path: { id: user.id } };
      await unwrap(block ? api.PUT("/v1/me/blocks/{id}", { params }) : api.DELETE("/v1/me/blocks/{id}", { params }));
    },
    onSuccess: (_nothing, { user, block }) =>
      apply(user, { blocking: block, following: "none", followed_by: "none", connected: false }),
  });
}
