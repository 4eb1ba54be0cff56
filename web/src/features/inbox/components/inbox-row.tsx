// One conversation in the list: who, what was said last, when, and how much is unread.
import { Link } from "@tanstack/react-router";
import { Avatar } from "@/components/avatar";
import { useLive, usePendingMessages } from "@/lib/client-context";
import { nameOf } from "@/lib/conversation-name";
import { formatFull, formatListTime } from "@/lib/format-time";
import { activityAt } from "@/lib/live/conversation";
import type { Conversation, Presence } from "@/sdk/types";
import styles from "./inbox.module.css";

interface Props {
  conversation: Conversation;
  open: boolean;
  presence: Presence | undefined;
  now: Date;
}

export function InboxRow({ conversation, open, presence, now }: Props) {
  const { peer, my } = conversation;
  const unread = my?.unread_count ?? 0;
  const at = activityAt(conversation);
  return (
    <li>
      <Link
        to="/c/$conversationId"
        params={{ conversationId: conversation.id }}
        className={styles.row}
        aria-current={open ? "page" : undefined}
        data-unread={unread > 0 || undefined}
      >
        <Avatar user={peer} size={48} presence={presence} />
        <span className={styles.main}>
          <span className={styles.top}>
            <span className={styles.name}>{nameOf(conversation)}</span>
            <time dateTime={at} title={formatFull(at)}>
              {formatListTime(at, now)}
            </time>
          </span>
          <span className={styles.bottom}>
            <span className={styles.excerpt}>
              <Excerpt conversation={conversation} />
            </span>
            {unread > 0 && (
              <span className={styles.badge}>
                <span aria-hidden="true">{unread > 99 ? "99+" : unread}</span>
                <span className="visually-hidden">{unread} unread</span>
              </span>
            )}
          </span>
        </span>
      </Link>
    </li>
  );
}

function Excerpt({ conversation }: { conversation: Conversation }) {
  const { me } = useLive();
  const pending = usePendingMessages().filter((message) => message.conversationId === conversation.id);
  const failed = pending.find((message) => message.status === "failed");
  const waiting = pending.at(-1);
  const last = conversation.last_message;
  if (failed) return <span className={styles.failed}>Not sent: {failed.body}</span>;
  if (waiting) return <>You: {waiting.body}</>;
  if (!last) return <em>No messages yet</em>;
  if (last.deleted_at) return <em>Message deleted</em>;
  return (
    <>
      {last.sender?.id === me.id && "You: "}
      {last.body}
    </>
  );
}
