// How far an own message has come: clock, one tick, two, two blue; in groups also by how many it was read.
import { Icon } from "@/components/icon";
import { texts } from "@/texts/texts";
import { readCount, tickOf } from "../model/ticks";
import type { MessageRow } from "../model/timeline";
import { useScene } from "./chat-scene";
import styles from "./message-bubble.module.css";

const ICONS = {
  sending: "clock",
  waiting: "clock",
  failed: "alert",
  sent: "check",
  delivered: "checkDouble",
  read: "checkDouble",
} as const;

interface Props {
  row: MessageRow;
  /** Under the mouse, its meaning shows as a hint. */
  hovered: boolean;
}

export function Ticks({ row, hovered }: Props) {
  const { others, kind } = useScene();
  const tick = tickOf(row, others);
  if (!tick) return null;
  const label = texts.chat.message.ticks[tick];
  const read = row.message ? readCount(row.message.seq, others) : 0;
  const readBy = kind === "direct" || read === 0 ? undefined : texts.chat.message.readBy(read, others.length);
  return (
    <Icon
      name={ICONS[tick]}
      size={tick === "delivered" || tick === "read" ? 16 : 14}
      label={label}
      hint={readBy ?? (hovered ? label : undefined)}
      className={tick === "read" ? styles.read : undefined}
    />
  );
}
