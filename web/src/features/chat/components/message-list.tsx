// The history of one conversation, older pages on demand, and the way back to its end.
import { Fragment, useEffect, useMemo, useRef, useState } from "react";
import { EmptyState } from "@/components/empty-state";
import { Icon } from "@/components/icon";
import { Spinner } from "@/components/spinner";
import { useLive, usePendingMessages } from "@/lib/client-context";
import { formatDay } from "@/lib/format-time";
import type { History } from "@/lib/live/history";
import { useNow } from "@/lib/use-now";
import type { Conversation } from "@/sdk/types";
import { useLoadOlder } from "../api/list-messages";
import { MessageBubble } from "./message-bubble";
import styles from "./message-list.module.css";
import { buildTimeline, type TimelineEntry } from "./timeline";
import { useStickToEnd } from "./use-stick-to-end";

const LOAD_BEFORE_PX = 500;

interface Props {
  conversation: Conversation;
  history: History;
  peerName: string;
  /** Tells whether the reader is where new messages appear. */
  onAtEnd: (atEnd: boolean) => void;
}

export function MessageList({ conversation, history, peerName, onAtEnd }: Props) {
  const { me, outbox } = useLive();
  const box = useRef<HTMLDivElement>(null);
  const [loading, setLoading] = useState(false);
  const [readSeq] = useState(conversation.my?.read_seq ?? 0);
  const pending = usePendingMessages();
  const loadOlder = useLoadOlder(conversation.id);
  const entries = useMemo(() => {
    const own = pending.filter((message) => message.conversationId === conversation.id);
    return buildTimeline({ messages: history.items, pending: own, ownUserId: me.id, readSeq });
  }, [history.items, pending, conversation.id, me.id, readSeq]);
  const last = entries.at(-1);
  const { atEnd, onScroll, toEnd } = useStickToEnd(box, {
    firstKey: history.items[0]?.id,
    lastKey: last?.key ?? "none",
    lastIsOwn: last?.type === "message" && last.own,
  });
  useEffect(() => onAtEnd(atEnd), [atEnd, onAtEnd]);

  const scrolled = () => {
    onScroll();
    if (loading || !history.hasBefore || (box.current?.scrollTop ?? 0) > LOAD_BEFORE_PX) return;
    setLoading(true);
    void loadOlder()
      .catch(() => undefined)
      .finally(() => setLoading(false));
  };

  return (
    <div className={styles.frame}>
      <div
        ref={box}
        className={styles.box}
        onScroll={scrolled}
        role="log"
        aria-live="off"
        aria-label={`Messages with ${peerName}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
      >
        <div className={styles.content}>
          {loading && <Spinner label="Loading older messages" />}
          {entries.length === 0 && (
            <EmptyState icon="chat" title="Say hello">
              This is the beginning of your conversation with {peerName}.
            </EmptyState>
          )}
          <Entries entries={entries} peerName={peerName} outbox={outbox} />
        </div>
      </div>
      {!atEnd && (
        <button type="button" className={styles.jump} onClick={() => toEnd()} aria-label="Go to the latest message">
          <Icon name="down" />
          <NewCount conversation={conversation} />
        </button>
      )}
    </div>
  );
}

function NewCount({ conversation }: { conversation: Conversation }) {
  const count = conversation.my?.unread_count ?? 0;
  return count > 0 ? <span className={styles.count}>{count}</span> : null;
}

interface EntriesProps {
  entries: TimelineEntry[];
  peerName: string;
  outbox: { retry: (clientId: string) => void; discard: (clientId: string) => void };
}

function Entries({ entries, peerName, outbox }: EntriesProps) {
  const now = useNow();
  const actions = useMemo(
    () => ({ retry: (id: string) => outbox.retry(id), discard: (id: string) => outbox.discard(id) }),
    [outbox],
  );
  return entries.map((entry) => (
    <Fragment key={entry.key}>
      {entry.type === "day" && (
        <h3 className={styles.day}>
          <span>{formatDay(entry.at, now)}</span>
        </h3>
      )}
      {entry.type === "new" && (
        <p className={styles.new} data-new-mark>
          <span>New messages</span>
        </p>
      )}
      {entry.type === "message" && (
        <MessageBubble entry={entry} peerName={peerName} onRetry={actions.retry} onDiscard={actions.discard} />
      )}
    </Fragment>
  ));
}
