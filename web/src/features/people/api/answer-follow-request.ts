// POST /v1/follow-requests/{id}/accept and .../decline.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";
import { toApiError } from "@/sdk/api-error";
import type { FollowRequest, Relationship } from "@/sdk/types";
import { useApplyRelationship } from "./apply-relationship";

export type FollowAnswer = "accept" | "accept-and-follow" | "decline";

export function useAnswerFollowRequest() {
  const { api } = useServer();
  const apply = useApplyRelationship();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({
      request,
      answer,
    }: {
      request: FollowRequest;
      answer: FollowAnswer;
    }): Promise<Partial<Relationship>> => {
      const params = { path: { id: request.id } };
      if (answer !== "decline") {
        const body = { follow_back: answer === "accept-and-follow" };
        return unwrap(api.POST("/v1/follow-requests/{id}/accept", { params, body }));
      }
      await unwrap(api.POST("/v1/follow-requests/{id}/decline", { params }));
      return { followed_by: "none" };
    },
    onSuccess: (relationship, { request }) => apply(request.user, relationship),
    onError: (cause) => {
      if (toApiError(cause).code === "not_found") void cache.invalidateQueries({ queryKey: queryKeys.followRequests });
    },
  });
}
