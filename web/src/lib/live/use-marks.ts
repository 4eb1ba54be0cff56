// Tells how far one has read, and that one is typing.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useLive, useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";
import { toApiError } from "@/sdk/api-error";
import { backoffMs } from "@/sdk/backoff";
import type { Conversation, Marks } from "@/sdk/types";
import { applyEvent } from "./apply-event";
import { ask } from "./ask";
import type { LoadedInbox } from "./conversation";

/** Marks are told at most this often; the badge clears at once. */
const MARK_MS = 250;
/** The server lets a start fade after 6 s. */
const REPEAT_TYPING_MS = 3_000;
const STOP_TYPING_MS = 5_000;

export function useMarks(conversation: Conversation | undefined) {
  const { api } = useServer();
  const { me, socket } = useLive();
  const cache = useQueryClient();
  const id = conversation?.id;
  const marks = useMemo(() => {
    let wanted = 0;
    let told = 0;
    let failures = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = async () => {
      timer = undefined;
      const seq = wanted;
      if (id === undefined || seq <= told) return;
      told = seq;
      const params = { path: { id } };
      const byRest = () => unwrap(api.PUT("/v1/conversations/{id}/read", { params, body: { seq } }));
      try {
        await ask<Marks>(socket, "read.mark", { conversation_id: id, seq }, byRest);
        failures = 0;
      } catch (cause) {
        if (!toApiError(cause).retryable) return;
        // Nothing else would tell it: here it counts as read already.
        told = 0;
        timer ??= setTimeout(() => void tell(), backoffMs(failures++, Math.random));
      }
    };
    return {
      set: (seq: number) => {
        wanted = Math.max(wanted, seq);
        if (wanted > told) timer ??= setTimeout(() => void tell(), MARK_MS);
      },
      flush: () => {
        clearTimeout(timer);
        void tell();
      },
    };
  }, [api, socket, id]);
  useEffect(() => marks.flush, [marks]);

  const typing = useMemo(() => {
    let since = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const send = (active: boolean) => {
      if (id === undefined) return;
      const type = active ? "typing.start" : "typing.stop";
      socket.request(type, { conversation_id: id }).catch(() => undefined);
    };
    const stop = () => {
      clearTimeout(timer);
      if (since > 0) send(false);
      since = 0;
    };
    const start = () => {
      clearTimeout(timer);
      timer = setTimeout(stop, STOP_TYPING_MS);
      if (Date.now() - since < REPEAT_TYPING_MS) return;
      since = Date.now();
      send(true);
    };
    /** A message that is sent ends it without a word. */
    const sent = () => {
      clearTimeout(timer);
      since = 0;
    };
    return { start, stop, sent };
  }, [socket, id]);
  useEffect(() => typing.stop, [typing]);

  const { version = 0, last_seq = 0, my } = conversation ?? {};
  const readSeq = my?.read_seq ?? last_seq;
  const markRead = useMemo(
    () => (seq: number) => {
      const upTo = Math.min(seq, last_seq);
      if (id === undefined || upTo <= readSeq) return;
      marks.set(upTo);
      const unread = { last_seq, read_seq: upTo, unread_count: last_seq - upTo };
      const total = cache.getQueryData<LoadedInbox>(queryKeys.inbox)?.total_unread ?? 0;
      const total_unread = Math.max(0, total - (upTo - readSeq));
      const rest = { version, mention_count: upTo === last_seq ? 0 : (my?.mention_count ?? 0), total_unread };
      applyEvent(cache, me.id, { type: "unread.updated", data: { conversation_id: id, ...unread, ...rest } });
    },
    [cache, me.id, id, version, last_seq, readSeq, my?.mention_count, marks],
  );
  return { markRead, typing };
}
