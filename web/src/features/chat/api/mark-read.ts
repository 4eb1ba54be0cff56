// `read.mark` on the socket, or PUT /v1/conversations/{id}/read without one. The badge clears at once.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useLive, useServer } from "@/lib/client-context";
import { applyEvent } from "@/lib/live/apply-event";
import { unwrap } from "@/sdk/api-client";
import { toApiError } from "@/sdk/api-error";
import type { Conversation, Marks } from "@/sdk/types";

/** Marks everything as read while `reading`; each position is told once. */
export function useMarkRead(conversation: Conversation, reading: boolean): void {
  const { api } = useServer();
  const { me, socket } = useLive();
  const cache = useQueryClient();
  const told = useRef(0);
  const { id, version, last_seq: seq } = conversation;
  const unread = (conversation.my?.unread_count ?? 0) > 0;
  useEffect(() => {
    if (!reading || !unread || told.current >= seq) return;
    told.current = seq;
    const marks = { last_seq: seq, read_seq: seq, unread_count: 0, mention_count: 0, total_unread: 0 };
    applyEvent(cache, me.id, { type: "unread.updated", data: { conversation_id: id, version, ...marks } });
    socket
      .request<Marks>("read.mark", { conversation_id: id, seq })
      .catch((cause: unknown) => {
        if (toApiError(cause).status === 0 && !toApiError(cause).retryable) throw cause;
        return unwrap(api.PUT("/v1/conversations/{id}/read", { params: { path: { id } }, body: { seq } }));
      })
      .catch(() => {
        told.current = 0;
      });
  }, [reading, unread, seq, version, id, api, cache, me.id, socket]);
}
