// Shows the conversation from a day on: loads the place, and once it is drawn goes to its first message.
import { type RefObject, useCallback, useEffect, useState } from "react";
import type { useConversation } from "@/lib/live/use-conversation";
import type { MessageListHandle } from "./message-list";

type Chat = Pick<ReturnType<typeof useConversation>, "jumpTo" | "history">;

export function useJumpToDay({ jumpTo, history }: Chat, list: RefObject<MessageListHandle | null>) {
  const [day, setDay] = useState<string>();
  useEffect(() => {
    if (day === undefined) return;
    const message = history.items.find((item) => item.created_at >= day) ?? history.items.at(-1);
    if (message) list.current?.show(message.seq);
    setDay(undefined);
  }, [day, history.items, list]);
  return useCallback(
    async (wanted: Date) => {
      await jumpTo(wanted);
      setDay(wanted.toISOString());
    },
    [jumpTo],
  );
}
