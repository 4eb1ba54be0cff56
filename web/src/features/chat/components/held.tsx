// Under a message that is not sent: why, and what can be done.
import { Button } from "@/components/button";
import { errorTextOf } from "@/lib/error-text";
import type { PendingMessage } from "@/sdk/outbox";
import { texts } from "@/texts/texts";
import { useActions } from "./chat-scene";
import styles from "./message-bubble.module.css";

export function Held({ pending }: { pending: PendingMessage }) {
  const { retry, discard } = useActions();
  const words = texts.chat.message;
  const failed = pending.status === "failed";
  return (
    <div className={styles.held} data-failed={failed || undefined} role={failed ? "alert" : undefined}>
      <span>{failed ? errorTextOf(pending.errorCode ?? "") : words.waitingForConnection}</span>
      <Button kind="quiet" size="small" icon="retry" onClick={() => retry(pending.clientId)}>
        {failed ? words.tryAgain : words.tryNow}
      </Button>
      <Button kind="quiet" size="small" icon="trash" onClick={() => discard(pending.clientId)}>
        {words.delete}
      </Button>
    </div>
  );
}
