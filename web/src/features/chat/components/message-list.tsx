// The history of one conversation: a virtual list, the way back to its end, and jumps to any place in it.
import { type Ref, useEffect, useImperativeHandle, useMemo, useRef, useState } from "react";
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { Spinner } from "@/components/spinner";
import { prefersStill } from "@/lib/appearance";
import type { History } from "@/lib/live/history";
import type { PendingMessage } from "@/sdk/outbox";
import type { Conversation } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useParser } from "../model/markdown";
import { makeTimeline } from "../model/timeline";
import { useActions, useScene } from "./chat-scene";
import { JumpButton } from "./jump-button";
import styles from "./message-list.module.css";
import { MessageRow } from "./message-row";
import type { Highlight } from "./message-text";
import { useNewMark } from "./use-new-mark";
import { useParsedAhead } from "./use-parsed-ahead";
import { usePressMenu } from "./use-press-menu";
import { useSeen } from "./use-seen";
import { useSwipeReply } from "./use-swipe-reply";
import { useTimelineList } from "./use-timeline-list";
import { useToday } from "./use-today";
import { useWalk } from "./use-walk";

export interface MessageListHandle {
  /** Brings a loaded message into the middle and marks it for a moment. */
  show: (seq: number) => void;
  toEnd: () => void;
}

interface Props {
  ref: Ref<MessageListHandle>;
  conversation: Conversation;
  name: string;
  history: Required<History>;
  pending: readonly PendingMessage[];
  /** What a search has found, by message id. */
  finds: ReadonlyMap<string, readonly Highlight[]>;
  loadOlder: (pages: number) => Promise<void>;
  loadNewer: (pages: number) => Promise<void>;
  toLatest: () => Promise<void>;
  letGo: (nearSeq: number) => void;
  markRead: (seq: number) => void;
  onLeave: () => void;
}

const NO_PENDING: readonly PendingMessage[] = [];
const FLASH_MS = 2_400;
/** The way back to the end is shown when it is short: a glide through thousands of messages takes seconds. */
const GLIDE_PX = 3_000;

export function MessageList(props: Props) {
  const { conversation, name, history, finds, toLatest } = props;
  const scene = useScene();
  const actions = useActions();
  const today = useToday();
  const parsed = useParser();
  const box = useRef<HTMLDivElement>(null);
  const readSeq = useNewMark(conversation, history.hasAfter ? conversation.last_seq : (history.items.at(-1)?.seq ?? 0));
  // What is on its way stands at the end of the conversation, not at the end of a stretch in its middle.
  const pending = history.hasAfter ? NO_PENDING : props.pending;
  const timeline = useMemo(
    () =>
      makeTimeline({
        messages: history.items,
        pending,
        ownUserId: scene.ownUserId,
        readSeq,
        hasBefore: history.hasBefore,
      }),
    [history.items, history.hasBefore, pending, scene.ownUserId, readSeq],
  );
  const { hasBefore, hasAfter } = history;
  const walk = useWalk({ box, timeline, hasBefore, hasAfter, scene, actions, onLeave: props.onLeave });
  const { list, drawn, begin, apart, older, newer, atEnd } = useTimelineList({
    ...props,
    ...history,
    box,
    timeline,
    keepIndex: walk.activeIndex,
  });
  const pressMenu = usePressMenu(timeline, actions);
  useSwipeReply(box, timeline, scene, actions);
  useSeen(list, timeline, props.markRead);
  useParsedAhead(list, timeline);

  const [target, setTarget] = useState<number>();
  const [flash, setFlash] = useState<number>();
  useEffect(() => {
    const index = target === undefined ? -1 : timeline.indexOf(target);
    if (index < 0) return;
    list.scrollToIndex(index, { align: "center" });
    setTarget(undefined);
    setFlash(target);
  }, [target, timeline, list]);
  useEffect(() => {
    if (flash === undefined) return;
    const timer = setTimeout(() => setFlash(undefined), FLASH_MS);
    return () => clearTimeout(timer);
  }, [flash]);

  // An own message always shows.
  const lastPending = pending.at(-1)?.clientId;
  useEffect(() => {
    if (lastPending) list.scrollToEnd();
  }, [lastPending, list]);

  const [ending, setEnding] = useState(false);
  useEffect(() => {
    if (!ending || history.hasAfter) return;
    setEnding(false);
    list.scrollToEnd();
  }, [ending, history.hasAfter, list]);
  const toEnd = () => {
    const near = list.getDistanceFromEnd() < GLIDE_PX && !prefersStill();
    if (!history.hasAfter) return list.scrollToEnd({ behavior: near ? "smooth" : "auto" });
    setEnding(true);
    void toLatest().catch(() => setEnding(false));
  };
  useImperativeHandle(props.ref, () => ({ show: setTarget, toEnd }));

  const words = texts.chat;
  return (
    <div className={styles.frame}>
      <div
        ref={box}
        className={styles.box}
        role="log"
        aria-live="off"
        aria-label={words.messagesWith(name)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        onKeyDown={(event) => walk.onKeyDown(event, list, toEnd)}
        onFocus={(event) => walk.onFocus(event.target)}
        {...pressMenu}
      >
        <div className={styles.content}>
          {timeline.count === 0 && (
            <EmptyState icon="chat" title={words.sayHello}>
              {conversation.kind === "direct" ? words.beginning(name) : words.beginningGroup}
            </EmptyState>
          )}
          <div className={styles.rows} style={{ height: list.getTotalSize() }}>
            <div className={styles.stretch} style={{ insetBlockStart: begin }}>
              {drawn.map(({ index, key, start }) => {
                const row = timeline.rowAt(index);
                return (
                  <MessageRow
                    key={key}
                    ref={list.measureElement}
                    row={row}
                    index={index}
                    top={index === apart ? start - begin : undefined}
                    today={today}
                    active={index === walk.activeIndex}
                    flash={flash !== undefined && row.message?.seq === flash}
                    highlights={row.message && finds.get(row.message.id)}
                    parsed={parsed}
                  />
                );
              })}
            </div>
          </div>
        </div>
      </div>
      {older.state === "busy" && (
        <div className={styles.loading}>
          <Spinner label={words.loadingOlder} />
        </div>
      )}
      {older.state === "failed" && (
        <div className={styles.failed} role="alert">
          {words.olderFailed}
          <Button kind="quiet" size="small" icon="retry" onClick={older.start}>
            {texts.common.retry}
          </Button>
        </div>
      )}
      {newer.state === "busy" && (
        <div className={styles.loading} data-end>
          <Spinner label={words.loadingNewer} />
        </div>
      )}
      {!atEnd && <JumpButton count={conversation.my?.unread_count ?? 0} onPress={toEnd} />}
    </div>
  );
}
