// Opens a conversation as long as it is shown: who types, how far each one has read, how many are online.
import { skipToken, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useLive } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { EMPTY_PLANE, type Plane } from "./state";

export function usePlane(conversationId: string, open: boolean): Plane {
  const { interest } = useLive();
  useEffect(() => (open ? interest.open(conversationId) : undefined), [interest, conversationId, open]);
  const { data } = useQuery<Plane>({ queryKey: queryKeys.plane(conversationId), queryFn: skipToken });
  return data ?? EMPTY_PLANE;
}
