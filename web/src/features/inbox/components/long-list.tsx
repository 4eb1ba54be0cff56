// A long list of conversations: only what is in sight is drawn.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState } from "react";
import { texts } from "@/texts/texts";
import styles from "./inbox.module.css";
import { InboxRow } from "./inbox-row";
import type { RowsProps } from "./inbox-rows";

const ROW_HEIGHT = 70;

export function LongList({ conversations, rowOf, ...shared }: RowsProps) {
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
