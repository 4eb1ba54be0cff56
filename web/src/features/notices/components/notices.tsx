// Hears of what comes: shows it on the page, on the desktop, and by a tone, as far as the person wants that; takes it
// away again when it is read, here or on another device.
import { useEffect, useEffectEvent, useMemo, useState } from "react";
import { useLive } from "@/lib/client-context";
import { usePresence } from "@/lib/live/presence";
import { useInbox } from "@/lib/live/use-inbox";
import { plainText } from "@/lib/plain-text";
import { useConversationNames } from "@/lib/queries/conversation-name";
import { useAttention } from "@/lib/use-attention";
import type { LiveEvent } from "@/sdk/events";
import type { Message } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { attend, isAttended } from "../model/attended";
import { decide } from "../model/decide";
import { closeDesktop, showDesktop } from "../model/desktop";
import { deviceSettings, isQuiet } from "../model/device-settings";
import { playTone } from "../model/sound";
import { Notice } from "./notice";
import styles from "./notices.module.css";

interface Shown {
  message: Message;
  title: string;
  answering?: true;
}

const MOST = 3;

interface Props {
  openId: string | undefined;
  onOpen: (conversationId: string) => void;
  /** What came before this was loaded and the conversations were known; from then on it hears for itself. */
  takeEarly?: () => readonly LiveEvent[];
}

export function Notices({ openId, onOpen, takeEarly }: Props) {
  const { me, events, socket, outbox } = useLive();
  const { conversations } = useInbox();
  const archived = useInbox({ archived: true }).conversations;
  const attention = useAttention();
  const known = useMemo(() => [...conversations, ...archived], [conversations, archived]);
  const nameOf = useConversationNames(known);
  // "Do not disturb" may be chosen for this device, or for others to see: then it holds on all devices.
  const busy = usePresence([me.id]).get(me.id)?.status === "dnd";
  const [shown, setShown] = useState<readonly Shown[]>([]);
  const drop = (id: string) => setShown((all) => all.filter(({ message }) => message.conversation_id !== id));
  const find = (id: string) => known.find((conversation) => conversation.id === id);

  const arrived = (message: Message) => {
    const conversation = find(message.conversation_id);
    const reaction = decide(message, { me, conversation, openId, attention, quiet: busy || isQuiet() });
    if (!conversation) return;
    const sender = message.sender?.display_name ?? "";
    const title = conversation.kind === "direct" ? sender : texts.live.notice.inGroup(sender, nameOf(conversation));
    if (reaction.notice)
      setShown((all) =>
        [...all.filter(({ message: one }) => one.conversation_id !== conversation.id), { message, title }].slice(-MOST),
      );
    const { desktop, preview, sound } = deviceSettings();
    // Of several tabs one speaks for all; nothing pops up while the person looks at another one.
    if (!socket.leads() || (!attention && isAttended())) return;
    if (reaction.desktop && desktop)
      void showDesktop({
        title,
        body: preview ? plainText(message.body) || texts.live.file : texts.live.notifications.message,
        tag: conversation.id,
        path: `/c/${conversation.id}`,
        icon: message.sender?.avatar_url ?? undefined,
        onOpen: () => onOpen(conversation.id),
      });
    if (reaction.sound && sound) void playTone();
  };
  const heard = useEffectEvent((event: LiveEvent) => {
    if (event.type === "message.created") arrived(event.data);
    if (event.type === "message.deleted")
      setShown((all) => all.filter(({ message }) => message.id !== event.data.message_id));
    if (event.type === "conversation.removed") drop(event.data.conversation_id);
    if (event.type !== "unread.updated") return;
    const { conversation_id: id, read_seq, unread_count } = event.data;
    const stays = ({ message, answering }: Shown) =>
      answering || message.conversation_id !== id || message.seq > read_seq;
    setShown((all) => all.filter(stays));
    if (unread_count === 0) void closeDesktop(id);
  });
  const begin = useEffectEvent(() => {
    for (const event of takeEarly?.() ?? []) heard(event);
  });
  // Before that nobody could say whose they are.
  const ready = known.length > 0;
  useEffect(() => {
    if (!ready) return;
    begin();
    return events.listen(heard);
  }, [events, ready]);
  useEffect(() => (attention ? attend() : undefined), [attention]);
  const left = shown.filter(({ message }) => message.conversation_id !== openId);
  return (
    <section className={styles.notices} aria-label={texts.live.notice.region}>
      {left.map(({ message, title }) => (
        <Notice
          key={message.conversation_id}
          message={message}
          title={title}
          onOpen={() => {
            drop(message.conversation_id);
            onOpen(message.conversation_id);
          }}
          onAnswering={() =>
            setShown((all) => all.map((one) => (one.message.id === message.id ? { ...one, answering: true } : one)))
          }
          onReply={(body) => {
            drop(message.conversation_id);
            outbox.send(message.conversation_id, { body });
          }}
          onDismiss={() => drop(message.conversation_id)}
        />
      ))}
    </section>
  );
}
