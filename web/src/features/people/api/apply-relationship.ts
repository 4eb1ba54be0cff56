// What a call changed between two people, carried into everything that shows one of them.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useLive } from "@/lib/client-context";
import { applyEvent } from "@/lib/live/apply-event";
import type { Relationship, User } from "@/sdk/types";

export function useApplyRelationship(): (user: User, change: Partial<Relationship>) => void {
  const { me } = useLive();
  const cache = useQueryClient();
  return useCallback(
    (user, change) => {
      const relationship = { ...STRANGERS, ...user.relationship, ...change };
      const data = { user_id: user.id, user: { ...user, relationship } };
      applyEvent(cache, me.id, { type: "relationship.updated", data });
    },
    [cache, me.id],
  );
}

const STRANGERS: Relationship = {
  following: "none",
  followed_by: "none",
  connected: false,
  blocking: false,
  muting: false,
};
