// The conversation of the page: what it is, what it is called, and whether it was taken away while one looked at it. The
// server tells that at once, and by then the conversation itself can't be asked for any more.
import { useEffect, useRef, useState } from "react";
import { useLive } from "@/lib/client-context";
import { useOneConversation } from "@/lib/live/use-conversation";
import { useConversationNames } from "@/lib/queries/conversation-name";
import type { ConversationRemoved } from "@/sdk/events";

type Reason = ConversationRemoved["reason"];

export function useOpenChat(id: string) {
  const { events } = useLive();
  const { conversation } = useOneConversation(id);
  const nameOf = useConversationNames(conversation ? [conversation] : []);
  const [removal, setRemoval] = useState<{ id: string; reason: Reason }>();
  useEffect(
    () =>
      events.listen(({ type, data }) => {
        if (type === "conversation.removed" && data.conversation_id === id) setRemoval({ id, reason: data.reason });
        if (type === "conversation.created" && data.id === id) setRemoval(undefined);
      }),
    [events, id],
  );
  const known = useRef({ id: "", name: "", room: false });
  if (conversation?.my) known.current = { id, name: nameOf(conversation), room: conversation.kind === "room" };
  const before = known.current.id === id ? known.current : undefined;
  const gone = removal?.id === id && !conversation?.my ? removal.reason : undefined;
  return {
    conversation,
    name: conversation ? nameOf(conversation) : (before?.name ?? ""),
    /** How one came out of it; `undefined` while one is in. */
    gone,
    /** It can still be looked at from outside. */
    visible: gone !== "deleted" && before?.room === true,
  };
}
