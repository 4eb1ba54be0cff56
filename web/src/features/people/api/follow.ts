// POST and DELETE /v1/users/{id}/follow: follow or ask, unfollow or take the question back.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useLive, useServer } from "@/lib/client-context";
import { applyEvent } from "@/lib/live/apply-event";
import { unwrap } from "@/sdk/api-client";
import type { User } from "@/sdk/types";

export function useFollow() {
  const { api } = useServer();
  const { me } = useLive();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ user, follow }: { user: User; follow: boolean }) => {
      const params = { path: { id: user.id } };
      const path = "/v1/users/{id}/follow";
      return unwrap(follow ? api.POST(path, { params }) : api.DELETE(path, { params }));
    },
    onSuccess: (relationship, { user }) => {
      const data = { user_id: user.id, user: { ...user, relationship } };
      applyEvent(cache, me.id, { type: "relationship.updated", data });
    },
  });
}
