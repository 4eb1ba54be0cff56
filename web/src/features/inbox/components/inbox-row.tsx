// One conversation in the list: who, what was said last, when, how far it came, and how much is unread.
import { Link } from "@tanstack/react-router";
import { ActionContext, type ActionEntry } from "@/components/action-menu";
import { Avatar } from "@/components/avatar";
import { Icon } from "@/components/icon";
import { faceOf } from "@/lib/conversation-name";
import { formatFull, formatListTime } from "@/lib/format-time";
import { activityAt } from "@/lib/live/conversation";
import { isMuted } from "@/lib/live/muted";
import { useConversationName } from "@/lib/queries/conversation-name";
import type { Conversation, Presence } from "@/sdk/types";
import { texts } from "@/texts/texts";
import type { SystemText } from "../model/excerpt";
import styles from "./inbox.module.css";
import { RowBadges } from "./row-badges";
import { RowLine } from "./row-line";

export interface RowProps {
  conversation: Conversation;
  open: boolean;
  presence: Presence | undefined;
  /** Names of those who type now. */
  typing: readonly string[];
  draft: string | undefined;
  now: Date;
  systemText: SystemText;
  actionsOf: (conversation: Conversation, name: string) => ActionEntry[];
}

export function InboxRow({ conversation, open, presence, typing, draft, now, systemText, actionsOf }: RowProps) {
  const words = texts.inbox;
  const name = useConversationName(conversation);
  const { kind, my, state } = conversation;
  const at = activityAt(conversation);
  return (
    <ActionContext label={words.actionsFor(name)} actions={actionsOf(conversation, name)}>
      <Link
        to="/c/$conversationId"
        params={{ conversationId: conversation.id }}
        className={styles.row}
        data-walk
        aria-current={open ? "page" : undefined}
        data-unread={(my?.unread_count ?? 0) > 0 || undefined}
      >
        <Avatar user={faceOf(conversation, name)} size={48} presence={presence} />
        <span className={styles.main}>
          <span className={styles.top}>
            {kind !== "direct" && (
              <span className={styles.kind} title={kind === "room" ? words.room : words.group}>
                <Icon name={kind === "room" ? "hash" : "people"} size={15} />
              </span>
            )}
            <bdi className={styles.name}>{name}</bdi>
            {isMuted(my?.muted_until, now.getTime()) && <Mark icon="bellOff" label={words.muted} />}
            {state === "closed" && <Mark icon="lock" label={words.closed} />}
            {my?.pinned && <Mark icon="pin" label={words.pinned} />}
            <time dateTime={at} title={formatFull(at)}>
              {formatListTime(at, now)}
            </time>
          </span>
          <span className={styles.bottom}>
            <RowLine
              conversation={conversation}
              typing={typing}
              draft={open ? undefined : draft}
              systemText={systemText}
            />
            <RowBadges conversation={conversation} now={now} />
          </span>
        </span>
      </Link>
    </ActionContext>
  );
}

function Mark({ icon, label }: { icon: "bellOff" | "pin" | "lock"; label: string }) {
  return (
    <span className={styles.mark} role="img" aria-label={label} title={label}>
      <Icon name={icon} size={14} />
    </span>
  );
}
