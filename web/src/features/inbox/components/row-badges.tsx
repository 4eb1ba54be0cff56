// What is unread in a conversation, and whether one was mentioned. Muted ones count more quietly.
import { isMuted } from "@/lib/live/muted";
import type { Conversation } from "@/sdk/types";
import { texts } from "@/texts/texts";
import styles from "./inbox.module.css";

const MOST = 99;

export function RowBadges({ conversation: { my }, now }: { conversation: Conversation; now: Date }) {
  const unread = my?.unread_count ?? 0;
  if (!my || unread === 0) return null;
  return (
    <>
      {my.mention_count > 0 && (
        <span className={styles.badge} title={texts.inbox.mentioned}>
          <span aria-hidden="true">@</span>
          <span className="visually-hidden">{texts.inbox.mentioned}</span>
        </span>
      )}
      <span className={styles.badge} data-muted={isMuted(my.muted_until, now.getTime()) || undefined}>
        <span aria-hidden="true">{unread > MOST ? `${MOST}+` : unread}</span>
        <span className="visually-hidden">{texts.inbox.unread(unread)}</span>
      </span>
    </>
  );
}
