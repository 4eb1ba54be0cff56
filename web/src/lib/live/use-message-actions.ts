// What one does with messages that are there: edit, delete, react. Each shows at once or as soon as it is answered.
import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useLive, useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";
import type { Message } from "@/sdk/types";
import { applyEvent } from "./apply-event";
import { ask } from "./ask";
import { type History, indexOfSeq } from "./history";
import { withOwnReaction } from "./message";

export function useMessageActions(conversationId: string) {
  const { api } = useServer();
  const { me, socket } = useLive();
  const cache = useQueryClient();
  return useMemo(() => {
    const apply = (message: Message) => applyEvent(cache, me.id, { type: "message.updated", data: message });
    const paramsOf = (id: string) => ({ params: { path: { id } } });
    const fetchAgain = async (id: string) => apply(await unwrap(api.GET("/v1/messages/{id}", paramsOf(id))));
    const show = ({ seq }: Message, emoji: string, active: boolean) =>
      cache.setQueryData<History>(queryKeys.history(conversationId), (history) => {
        const index = indexOfSeq(history?.items ?? [], seq);
        const known = history?.items[index];
        return history && known
          ? { ...history, items: history.items.with(index, withOwnReaction(known, emoji, active)) }
          : history;
      });
    const setReaction = async (message: Message, emoji: string, active: boolean) => {
      const { id } = message;
      const byRest = async () => {
        const params = { params: { path: { id, emoji } } };
        const path = "/v1/messages/{id}/reactions/{emoji}";
        await unwrap(active ? api.PUT(path, params) : api.DELETE(path, params));
        await fetchAgain(id);
      };
      show(message, emoji, active);
      try {
        await ask(socket, active ? "reaction.add" : "reaction.remove", { message_id: id, emoji }, byRest);
      } catch (cause) {
        show(message, emoji, !active);
        throw cause;
      }
    };
    return {
      edit: async ({ id }: Message, body: string): Promise<void> => {
        const byRest = () => unwrap(api.PATCH("/v1/messages/{id}", { ...paramsOf(id), body: { body } }));
        apply(await ask<Message>(socket, "message.edit", { message_id: id, body }, byRest));
      },
      remove: async ({ id }: Message): Promise<void> => {
        await ask<unknown>(socket, "message.delete", { message_id: id }, async () =>
          unwrap(api.DELETE("/v1/messages/{id}", paramsOf(id))),
        );
        await fetchAgain(id).catch(() => undefined);
      },
      react: (message: Message, emoji: string) => setReaction(message, emoji, true),
      unreact: (message: Message, emoji: string) => setReaction(message, emoji, false),
    };
  }, [api, cache, conversationId, me.id, socket]);
}
