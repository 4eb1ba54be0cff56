// One message, and how far it has come: on its way, sent, or failed with a way to repeat it.
import { memo } from "react";
import { Button } from "@/components/button";
import { Icon } from "@/components/icon";
import { errorTextOf } from "@/lib/error-text";
import { formatClock, formatFull } from "@/lib/format-time";
import type { PendingMessage } from "@/sdk/outbox";
import styles from "./message-bubble.module.css";
import { isEmojiOnly, MessageText } from "./message-text";
import type { MessageEntry } from "./timeline";

interface Props {
  entry: MessageEntry;
  peerName: string;
  onRetry: (clientId: string) => void;
  onDiscard: (clientId: string) => void;
}

export const MessageBubble = memo(function MessageBubble({ entry, peerName, onRetry, onDiscard }: Props) {
  const large = entry.state !== "deleted" && isEmojiOnly(entry.body);
  return (
    <div className={styles.line} data-own={entry.own || undefined} data-first={entry.first || undefined}>
      <article
        className={styles.bubble}
        aria-label={`${entry.own ? "You" : (entry.message?.sender?.display_name ?? peerName)}, ${formatClock(entry.at)}`}
        data-state={entry.state}
        data-last={entry.last || undefined}
        data-large={large || undefined}
      >
        <span className={styles.text}>
          {entry.state === "deleted" ? "This message was deleted" : <MessageText body={entry.body} />}
        </span>
        <span className={styles.meta}>
          {entry.message?.edited_at && <span>edited</span>}
          <time dateTime={entry.at} title={formatFull(entry.at)}>
            {formatClock(entry.at)}
          </time>
          {entry.own && <Progress state={entry.state} />}
        </span>
      </article>
      {entry.pending && entry.pending.status !== "sending" && (
        <Held pending={entry.pending} onRetry={onRetry} onDiscard={onDiscard} />
      )}
    </div>
  );
});

const PROGRESS = {
  sending: ["clock", "Sending"],
  waiting: ["clock", "Waiting to be sent"],
  failed: ["alert", "Not sent"],
  sent: ["check", "Sent"],
} as const;

function Progress({ state }: { state: MessageEntry["state"] }) {
  if (state === "deleted") return null;
  const [icon, label] = PROGRESS[state];
  return (
    <span className={styles.progress} role="img" aria-label={label} title={label}>
      <Icon name={icon} size={14} />
    </span>
  );
}

function Held({ pending, onRetry, onDiscard }: { pending: PendingMessage } & Pick<Props, "onRetry" | "onDiscard">) {
  const failed = pending.status === "failed";
  return (
    <div className={styles.held} data-failed={failed || undefined} role={failed ? "alert" : undefined}>
      <span>{failed ? errorTextOf(pending.errorCode ?? "") : "Waiting for the connection."}</span>
      <Button kind="quiet" size="small" icon="retry" onClick={() => onRetry(pending.clientId)}>
        {failed ? "Try again" : "Try now"}
      </Button>
      <Button kind="quiet" size="small" icon="trash" onClick={() => onDiscard(pending.clientId)}>
        Delete
      </Button>
    </div>
  );
}
