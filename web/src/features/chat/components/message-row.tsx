// One row of the history: the day or the line above it, and a message with its sender's picture and its tools.
import { memo, useState } from "react";
import { Avatar } from "@/components/avatar";
import { formatDay } from "@/lib/format-time";
import { texts } from "@/texts/texts";
import { systemText } from "../model/system-text";
import type { MessageRow as Row } from "../model/timeline";
import { useActions, useScene } from "./chat-scene";
import { MessageBubble } from "./message-bubble";
import styles from "./message-row.module.css";
import type { Highlight } from "./message-text";
import { RowTools } from "./row-tools";

interface Props {
  row: Row;
  today: Date;
  active: boolean;
  /** Just jumped to. */
  flash: boolean;
  highlights?: readonly Highlight[] | undefined;
  /** Whether marks can be read: with the parser, texts are drawn anew. */
  parsed: boolean;
}

export const MessageRow = memo(function MessageRow({ row, today, active, flash, highlights }: Props) {
  const { open } = useActions();
  return (
    <>
      {row.newDay && (
        <h3 className={styles.day}>
          <button type="button" title={texts.chat.jump.toDate} tabIndex={-1} onClick={() => open({ kind: "date" })}>
            {formatDay(row.at, today)}
          </button>
        </h3>
      )}
      {row.newMark && (
        <p className={styles.new}>
          <span>{texts.chat.newMessages}</span>
        </p>
      )}
      {row.state === "system" ? (
        <SystemRow row={row} flash={flash} />
      ) : (
        <Line row={row} active={active} flash={flash} highlights={highlights} />
      )}
    </>
  );
});

function SystemRow({ row, flash }: Pick<Props, "row" | "flash">) {
  const { ownUserId } = useScene();
  return (
    <p className={styles.system} data-flash={flash || undefined}>
      <span dir="auto">{systemText(row.message?.system, ownUserId)}</span>
    </p>
  );
}

function Line({ row, active, flash, highlights }: Omit<Props, "today" | "parsed">) {
  const { kind } = useScene();
  const [hovered, setHovered] = useState(false);
  const faces = kind !== "direct" && !row.own;
  return (
    <div
      className={styles.line}
      data-line
      data-own={row.own || undefined}
      data-first={row.first || undefined}
      data-flash={flash || undefined}
      onPointerEnter={(event) => event.pointerType === "mouse" && setHovered(true)}
      onPointerLeave={() => setHovered(false)}
    >
      {faces && (
        <span className={styles.face}>{row.last && <Avatar user={row.message?.sender ?? null} size={32} />}</span>
      )}
      <div className={styles.stack}>
        <MessageBubble row={row} active={active} highlights={highlights} />
      </div>
      {hovered && <RowTools row={row} />}
    </div>
  );
}
