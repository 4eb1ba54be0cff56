// What one does with messages: the part that every bubble, menu and key reaches.
import { type RefObject, useCallback, useMemo, useRef, useState } from "react";
import { tell, tellFault } from "@/components/toast";
import { copyText } from "@/lib/copy-text";
import { indexOfSeq } from "@/lib/live/history";
import type { useConversation } from "@/lib/live/use-conversation";
import { toApiError } from "@/sdk/api-error";
import type { Message } from "@/sdk/types";
import { texts } from "@/texts/texts";
import type { ChatActions, Overlay } from "./chat-scene";
import type { MessageListHandle } from "./message-list";

type Chat = ReturnType<typeof useConversation>;

export function useChatActions(chat: Chat, list: RefObject<MessageListHandle | null>) {
  const [overlay, setOverlay] = useState<Overlay>();
  /** The message that is being answered or edited. */
  const [about, setAbout] = useState<{ kind: "reply" | "edit"; message: Message }>();
  const { jumpTo: load, react, unreact, retry, discard, remove } = chat;
  const loaded = useRef(chat.history.items);
  loaded.current = chat.history.items;

  const jumpTo = useCallback(
    (seq: number) => {
      load(seq).then(
        () => list.current?.show(seq),
        (cause: unknown) => {
          if (toApiError(cause).code === "not_found") tellFault(cause, () => texts.chat.jump.nothing);
          else tellFault(cause);
        },
      );
    },
    [load, list],
  );
  const actions = useMemo<ChatActions>(
    () => ({
      reply: (message) => setAbout({ kind: "reply", message }),
      edit: (message) => setAbout({ kind: "edit", message }),
      toggleReaction: (message, emoji) => {
        const mine = message.reactions.some((reaction) => reaction.emoji === emoji && reaction.me);
        (mine ? unreact : react)(message, emoji).catch((cause: unknown) => tellFault(cause));
      },
      copy: ({ body }) => {
        void copyText(body).then((done) =>
          done ? tell(texts.chat.actions.copied) : tellFault(undefined, () => texts.chat.actions.notCopied),
        );
      },
      jumpTo,
      messageAt: (seq) => loaded.current[indexOfSeq(loaded.current, seq)],
      retry,
      discard,
      open: setOverlay,
    }),
    [jumpTo, react, unreact, retry, discard],
  );
  return {
    actions,
    overlay,
    /** Closes it, unless something else has been opened in its place meanwhile. */
    close: useCallback((closed: Overlay) => setOverlay((now) => (now === closed ? undefined : now)), []),
    about,
    clearAbout: useCallback(() => setAbout(undefined), []),
    deleteMessage: useCallback((message: Message) => void remove(message).catch(tellFault), [remove]),
  };
}
