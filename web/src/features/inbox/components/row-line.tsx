// The second line of a row: who is typing, else what was not sent, else a draft, else what was said last.
import type { ReactNode } from "react";
import { Icon } from "@/components/icon";
import { useLive, usePendingMessages } from "@/lib/client-context";
import { plainText } from "@/lib/plain-text";
import type { Conversation } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useRowTick } from "../api/row-receipts";
import { excerptOf, type SystemText } from "../model/excerpt";
import type { RowTick } from "../model/row-tick";
import styles from "./inbox.module.css";

interface Props {
  conversation: Conversation;
  typing: readonly string[];
  draft: string | undefined;
  systemText: SystemText;
}

export function RowLine({ conversation, typing, draft, systemText }: Props): ReactNode {
  const { me } = useLive();
  const words = texts.inbox;
  const tick = useRowTick(conversation);
  const pending = usePendingMessages().filter((message) => message.conversationId === conversation.id);
  const failed = pending.find((message) => message.status === "failed");
  const waiting = pending.at(-1);
  if (typing.length > 0) return <span className={styles.typing}>{typingText(conversation, typing)}</span>;
  if (failed)
    return (
      <span className={styles.excerpt}>
        <span className={styles.failed}>{words.notSent}</span> <bdi>{plainText(failed.body)}</bdi>
      </span>
    );
  if (draft)
    return (
      <span className={styles.excerpt}>
        <span className={styles.failed}>{words.draft}</span> <bdi>{plainText(draft)}</bdi>
      </span>
    );
  if (waiting)
    return (
      <>
        <TickMark tick="waiting" />
        <span className={styles.excerpt}>
          <bdi>{words.ownPrefix}</bdi>
          <bdi>{plainText(waiting.body)}</bdi>
        </span>
      </>
    );
  const { lead, text, quiet, icon } = excerptOf(conversation, me.id, systemText);
  return (
    <>
      {tick && <TickMark tick={tick} />}
      <span className={styles.excerpt} data-quiet={quiet}>
        {lead && <bdi>{lead}</bdi>}
        {icon && (
          <span className={styles.fileMark}>
            <Icon name={icon} size={15} />
          </span>
        )}
        <bdi>{text}</bdi>
      </span>
    </>
  );
}

function TickMark({ tick }: { tick: RowTick }) {
  const name = tick === "waiting" ? "clock" : tick === "sent" ? "check" : "checkDouble";
  const label = texts.inbox.ticks[tick];
  return (
    <span className={styles.tick} data-tick={tick} role="img" aria-label={label} title={label}>
      <Icon name={name} size={16} />
    </span>
  );
}

function typingText({ kind }: Conversation, names: readonly string[]): string {
  const words = texts.inbox;
  const [first] = names;
  if (kind === "direct" || !first) return words.typing;
  return names.length === 1 ? words.typingName(first) : words.typingMany(names.length);
}
