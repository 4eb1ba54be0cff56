// The rows of a list of conversations. A long list draws only what is in sight.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState } from "react";
import type { Conversation } from "@/sdk/types";
import { texts } from "@/texts/texts";
import styles from "./inbox.module.css";
import { InboxRow, type RowProps } from "./inbox-row";

const ROW_HEIGHT = 70;
const VIRTUAL_FROM = 60;

export interface RowsProps extends Pick<RowProps, "now" | "systemText" | "actionsOf"> {
  conversations: readonly Conversation[];
  rowOf: (conversation: Conversation) => Pick<RowProps, "open" | "presence" | "typing" | "draft">;
}

export function InboxRows(props: RowsProps) {
  if (props.conversations.length >= VIRTUAL_FROM) return <LongList {...props} />;
  const { conversations, rowOf, ...shared } = props;
  return (
    <ul className={styles.list}>
      {conversations.map((conversation) => (
        <li key={conversation.id}>
          <InboxRow conversation={conversation} {...rowOf(conversation)} {...shared} />
        </li>
      ))}
    </ul>
  );
}

function LongList({ conversations, rowOf, ...shared }: RowsProps) {
  const list = useRef<HTMLUListElement>(null);
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => setMargin(list.current?.offsetTop ?? 0), []);
  const virtualizer = useVirtualizer({
    count: conversations.length,
    getScrollElement: () => list.current?.closest<HTMLElement>("[data-scroll]") ?? null,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => conversations[index]?.id ?? index,
    overscan: 8,
    scrollMargin: margin,
  });
  return (
    <ul
      ref={list}
      className={styles.list}
      data-virtual
      aria-label={texts.inbox.conversations}
      style={{ height: virtualizer.getTotalSize() }}
    >
      {virtualizer.getVirtualItems().map(({ key, index, start }) => {
        const conversation = conversations[index];
        return (
          conversation && (
            <li
              key={key}
              aria-posinset={index + 1}
              aria-setsize={conversations.length}
              style={{ transform: `translateY(${start - margin}px)` }}
            >
              <InboxRow conversation={conversation} {...rowOf(conversation)} {...shared} />
            </li>
          )
        );
      })}
    </ul>
  );
}
