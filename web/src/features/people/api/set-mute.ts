// PUT and DELETE /v1/me/mutes/{id}: no notifications about somebody; nothing else changes.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";
import type { User } from "@/sdk/types";
import { useApplyRelationship } from "./apply-relationship";

export function useSetMute() {
  const { api } = useServer();
  const apply = useApplyRelationship();
  return useMutation({
    mutationFn: async ({ user, mute }: { user: User; mute: boolean }) => {
      const params = { path: { id: user.id } };
      await unwrap(mute ? api.PUT("/v1/me/mutes/{id}", { params }) : api.DELETE("/v1/me/mutes/{id}", { params }));
    },
    onSuccess: (_nothing, { user, mute }) => apply(user, { muting: mute }),
  });
}
