// One row of the history: the day or the line above it, and a message with its sender's picture and its tools.
import { memo, type Ref, useState } from "react";
import { Avatar } from "@/components/avatar";
import { formatDay } from "@/lib/format-time";
import { texts } from "@/texts/texts";
import { systemText } from "../model/system-text";
import type { MessageRow as Row } from "../model/timeline";
import { useActions, useScene } from "./chat-scene";
import { MessageBubble } from "./message-bubble";
import styles from "./message-row.module.css";
import type { Highlight } from "./message-text";

interface Props {
  ref: Ref<HTMLDivElement>;
  row: Row;
  /** Its place in the list. */
  index: number;
  /** Where it lies, in pixels below the first row that is drawn, when it doesn't follow the one before it. */
  top: number | undefined;
  today: Date;
  active: boolean;
  /** Just jumped to. */
  flash: boolean;
  highlights?: readonly Highlight[] | undefined;
  /** Whether marks can be read: with the parser, texts are drawn anew. */
  parsed: boolean;
}

export const MessageRow = memo(function MessageRow({ ref, row, index, top, today, flash, ...rest }: Props) {
  const { kind } = useScene();
  const [hovered, setHovered] = useState(false);
  const system = row.state === "system";
  const faced = kind !== "direct" && !row.own && !system;
  return (
    <div
      ref={ref}
      className={styles.row}
      style={top === undefined ? undefined : { insetBlockStart: top }}
      data-index={index}
      data-apart={top !== undefined || undefined}
      data-own={row.own || undefined}
      data-faced={faced || undefined}
      data-flash={flash || undefined}
      onPointerEnter={(event) => event.pointerType === "mouse" && setHovered(true)}
      onPointerLeave={() => setHovered(false)}
    >
      {row.newDay && <Day at={row.at} today={today} />}
      {row.newMark && (
        <p className={styles.new} data-above>
          <span>{texts.chat.newMessages}</span>
        </p>
      )}
      {system ? <SystemText row={row} /> : <MessageBubble row={row} hovered={hovered} {...rest} />}
      {faced && row.last && (
        <span className={styles.face}>
          <Avatar user={row.message?.sender ?? null} size={32} />
        </span>
      )}
    </div>
  );
});

function Day({ at, today }: { at: string; today: Date }) {
  const { open } = useActions();
  return (
    <h3 className={styles.day} data-above>
      <button type="button" title={texts.chat.jump.toDate} tabIndex={-1} onClick={() => open({ kind: "date" })}>
        {formatDay(at, today)}
      </button>
    </h3>
  );
}

function SystemText({ row }: { row: Row }) {
  const { ownUserId } = useScene();
  return (
    <p className={styles.system}>
      <span dir="auto">{systemText(row.message?.system, ownUserId)}</span>
    </p>
  );
}
