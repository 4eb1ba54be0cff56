// Answers to calls change what is shown in the same way as events do: through the one reducer.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useLive } from "@/lib/client-context";
import { applyEvent } from "@/lib/live/apply-event";
import type { LiveEvent } from "@/sdk/events";

export function useApply(): (event: LiveEvent) => void {
  const { me } = useLive();
  const cache = useQueryClient();
  return useCallback((event) => applyEvent(cache, me.id, event), [cache, me.id]);
}
