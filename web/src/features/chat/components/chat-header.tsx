// Whom one is talking to, and whether they are there.
import { Link } from "@tanstack/react-router";
import { Avatar } from "@/components/avatar";
import { Icon } from "@/components/icon";
import { nameOf } from "@/lib/conversation-name";
import { formatAgo } from "@/lib/format-time";
import { useNow } from "@/lib/use-now";
import type { Conversation, Presence } from "@/sdk/types";
import styles from "./chat-pane.module.css";

interface Props {
  conversation: Conversation;
  presence: Presence | undefined;
}

export function ChatHeader({ conversation, presence }: Props) {
  const now = useNow();
  const { peer } = conversation;
  const face = (
    <>
      <Avatar user={peer} size={40} presence={presence} />
      <span className={styles.who}>
        <h2>{nameOf(conversation)}</h2>
        <span className={styles.status} data-online={presence?.status === "online" || undefined}>
          {presenceText(presence, now) ?? (peer ? `@${peer.username}` : "")}
        </span>
      </span>
    </>
  );
  return (
    <header className={styles.header}>
      <Link to="/" className={styles.back} aria-label="Back to your conversations">
        <Icon name="back" size={24} />
      </Link>
      {peer ? (
        <Link to="/people/$userId" params={{ userId: peer.id }} className={styles.face}>
          {face}
        </Link>
      ) : (
        <span className={styles.face}>{face}</span>
      )}
    </header>
  );
}

export function presenceText(presence: Presence | undefined, now: Date): string | undefined {
  if (presence?.status === "online") return "Online";
  if (presence?.status === "away") return "Away";
  if (presence?.status === "dnd") return "Do not disturb";
  if (presence?.status === "offline" && presence.last_seen_at)
    return `Last seen ${formatAgo(presence.last_seen_at, now)}`;
  return presence?.status === "offline" ? "Offline" : undefined;
}
