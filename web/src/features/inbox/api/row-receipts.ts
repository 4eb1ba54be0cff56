// GET /v1/conversations/{id}/receipts for a row: how far the others have come before any event told it. Events go into
// the plane of the conversation, see lib/live.
import { skipToken, useQuery } from "@tanstack/react-query";
import { useLive, useServer } from "@/lib/client-context";
import type { Plane } from "@/lib/live/state";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";
import type { Conversation } from "@/sdk/types";
import { joinReceipts, type RowTick, rowTick } from "../model/row-tick";

/** The tick of the last message, when it is one's own; rooms are too large for that. */
export function useRowTick({ id, kind, last_message: last }: Conversation): RowTick | undefined {
  const { api } = useServer();
  const { me } = useLive();
  const own = last?.kind === "text" && last.sender?.id === me.id && !last.deleted_at;
  const fetched = useQuery({
    queryKey: queryKeys.rowReceipts(id),
    queryFn: ({ signal }) => unwrap(api.GET("/v1/conversations/{id}/receipts", { params: { path: { id } }, signal })),
    enabled: own && kind !== "room",
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const { data: plane } = useQuery<Plane>({ queryKey: queryKeys.plane(id), queryFn: skipToken });
  if (!own) return undefined;
  const told = Object.values(plane?.receipts ?? {});
  return rowTick(last.seq, joinReceipts(fetched.data?.receipts ?? [], told, me.id));
}
