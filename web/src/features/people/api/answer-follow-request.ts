// POST /v1/follow-requests/{id}/accept and .../decline.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useLive, useServer } from "@/lib/client-context";
import { applyEvent } from "@/lib/live/apply-event";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";
import { toApiError } from "@/sdk/api-error";
import type { FollowRequest, Relationship, User } from "@/sdk/types";

export type FollowAnswer = "accept" | "accept-and-follow" | "decline";

export function useAnswerFollowRequest() {
  const { api } = useServer();
  const { me } = useLive();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ request, answer }: { request: FollowRequest; answer: FollowAnswer }) => {
      const params = { path: { id: request.id } };
      if (answer !== "decline") {
        const body = { follow_back: answer === "accept-and-follow" };
        return unwrap(api.POST("/v1/follow-requests/{id}/accept", { params, body }));
      }
      await unwrap(api.POST("/v1/follow-requests/{id}/decline", { params }));
      return declined(request.user);
    },
    onSuccess: (relationship, { request: { user } }) => {
      const data = { user_id: user.id, user: { ...user, relationship } };
      applyEvent(cache, me.id, { type: "relationship.updated", data });
    },
    onError: (cause) => {
      if (toApiError(cause).code === "not_found") void cache.invalidateQueries({ queryKey: queryKeys.followRequests });
    },
  });
}

function declined(user: User): Relationship {
  const before = { following: "none", connected: false, blocking: false, muting: false } as const;
  return { ...before, ...user.relationship, followed_by: "none" };
}
