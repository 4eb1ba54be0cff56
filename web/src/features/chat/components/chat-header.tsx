// Whom one is talking to, whether they are there or typing, and what can be done with the conversation.
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Avatar } from "@/components/avatar";
import { IconButton } from "@/components/button";
import { Icon } from "@/components/icon";
import { faceOf } from "@/lib/conversation-name";
import { formatAgo } from "@/lib/format-time";
import { useNow } from "@/lib/use-now";
import type { Conversation, Presence, UserLite } from "@/sdk/types";
import { texts } from "@/texts/texts";
import styles from "./chat-header.module.css";
import { TypingLine, typingText } from "./typing-line";

interface Props {
  conversation: Conversation;
  name: string;
  presence: Presence | undefined;
  onlineCount: number | undefined;
  typing: readonly UserLite[];
  onSearch?: (() => void) | undefined;
  onDate?: (() => void) | undefined;
  onDetails?: (() => void) | undefined;
}

export function ChatHeader(props: Props) {
  const { conversation, name, presence, onSearch, onDate, onDetails } = props;
  const { peer } = conversation;
  const face = (
    <>
      <Avatar user={faceOf(conversation, name)} size={40} presence={presence} />
      <span className={styles.who}>
        <h2 dir="auto">{name}</h2>
        <Status {...props} />
      </span>
    </>
  );
  return (
    <header className={styles.header}>
      <Link to="/" className={styles.back} aria-label={texts.chat.backToConversations}>
        <Icon name="back" size={24} />
      </Link>
      <Face peer={peer} onDetails={onDetails}>
        {face}
      </Face>
      <span className={styles.tools}>
        {onSearch && <IconButton icon="search" label={texts.chat.search.open} onClick={onSearch} />}
        {onDate && <IconButton icon="calendar" label={texts.chat.jump.toDate} data-spare onClick={onDate} />}
        {onDetails && <IconButton icon="info" label={texts.chat.details} onClick={onDetails} />}
      </span>
    </header>
  );
}

interface FaceProps {
  peer: Conversation["peer"];
  onDetails: (() => void) | undefined;
  children: ReactNode;
}

function Face({ peer, onDetails, children }: FaceProps) {
  if (peer)
    return (
      <Link to="/people/$userId" params={{ userId: peer.id }} className={styles.face}>
        {children}
      </Link>
    );
  if (onDetails)
    return (
      <button type="button" className={styles.face} onClick={onDetails}>
        {children}
      </button>
    );
  return <span className={styles.face}>{children}</span>;
}

function Status({ conversation, presence, onlineCount, typing }: Props) {
  const now = useNow();
  const { kind, peer, member_count } = conversation;
  const words = texts.chat.presence;
  const typed = typingText(typing, kind);
  const online = presence?.status === "online" || undefined;
  const people = [words.members(member_count), onlineCount ? words.onlineCount(onlineCount) : ""].filter(Boolean);
  const rest =
    kind === "direct" ? (presenceText(presence, now) ?? (peer ? `@${peer.username}` : "")) : people.join(" · ");
  return (
    <span
      className={styles.status}
      data-online={(kind === "direct" && online) || undefined}
      data-typing={typed && true}
    >
      {typed ? <TypingLine text={typed} /> : rest}
    </span>
  );
}

export function presenceText(presence: Presence | undefined, now: Date): string | undefined {
  const words = texts.chat.presence;
  if (presence?.status === "online") return words.online;
  if (presence?.status === "away") return words.away;
  if (presence?.status === "dnd") return words.dnd;
  if (presence?.status === "offline" && presence.last_seen_at)
    return words.lastSeen(formatAgo(presence.last_seen_at, now));
  return presence?.status === "offline" ? words.offline : undefined;
}
