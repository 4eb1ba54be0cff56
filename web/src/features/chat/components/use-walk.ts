// Walking through the messages by keyboard: the arrow keys move from one to the next, letters act on it.
import type { Virtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";
import type { MessageRow, Timeline } from "../model/timeline";
import { type ChatActions, type ChatScene, permissionsOf } from "./chat-scene";

interface Options {
  box: RefObject<HTMLElement | null>;
  timeline: Timeline;
  hasBefore: boolean;
  hasAfter: boolean;
  scene: ChatScene;
  actions: ChatActions;
  /** Gives the cursor back to the composer. */
  onLeave: () => void;
}

type List = Virtualizer<HTMLDivElement, Element>;

const FIRST_SEQ = 1;

export function useWalk({ box, timeline, hasBefore, hasAfter, scene, actions, onLeave }: Options) {
  const [active, setActive] = useState<{ key: string; seq: number | undefined }>();
  const wanted = useRef(false);
  const known = active?.seq === undefined ? -1 : timeline.indexOf(active.seq);
  const activeIndex = known >= 0 ? known : timeline.count - 1;

  const articleAt = useCallback(
    (index: number) => box.current?.querySelector<HTMLElement>(`[data-index="${index}"] article`) ?? null,
    [box],
  );
  // The message that was walked to may have to be fetched and drawn first.
  const isLoaded = active?.seq === undefined ? !hasAfter : known >= 0;
  useLayoutEffect(() => {
    if (!wanted.current || !isLoaded) return;
    const article = articleAt(activeIndex);
    if (!article) return;
    wanted.current = false;
    article.focus({ preventScroll: true });
  });

  const goTo = (index: number, list: List) => {
    const row = timeline.rowAt(index);
    setActive({ key: row.key, seq: row.message?.seq });
    wanted.current = true;
    list.scrollToIndex(index, { align: "auto" });
  };
  /** The next message in a direction; what happened in the conversation is passed by. */
  const step = (by: 1 | -1, list: List) => {
    for (let index = activeIndex + by; index >= 0 && index < timeline.count; index += by)
      if (timeline.rowAt(index).state !== "system") return goTo(index, list);
  };

  /** The first and the last message of all: straight there, whatever lies between. */
  const toFirst = (list: List) => {
    if (!hasBefore) return goTo(0, list);
    setActive({ key: "", seq: FIRST_SEQ });
    wanted.current = true;
    actions.jumpTo(FIRST_SEQ);
  };
  const toLast = (list: List, toLatest: () => void) => {
    if (!hasAfter) return goTo(timeline.count - 1, list);
    setActive(undefined);
    wanted.current = true;
    toLatest();
  };

  const onKeyDown = (event: KeyboardEvent, list: List, toLatest: () => void) => {
    const inside = event.target instanceof HTMLElement ? event.target : null;
    if (!inside || event.ctrlKey || event.metaKey || event.altKey) return;
    const onMessage = inside.tagName === "ARTICLE";
    if (!onMessage && inside !== box.current) return;
    const index = onMessage ? Number(inside.closest<HTMLElement>("[data-index]")?.dataset.index) : activeIndex;
    if (timeline.count === 0 || !Number.isInteger(index)) return;
    const handled = onMessage ? act(event, timeline.rowAt(index), inside) : false;
    if (handled) return event.preventDefault();
    const moves: Record<string, () => void> = {
      ArrowUp: () => (onMessage ? step(-1, list) : goTo(activeIndex, list)),
      ArrowDown: () => (onMessage ? step(1, list) : goTo(activeIndex, list)),
      Home: () => toFirst(list),
      End: () => toLast(list, toLatest),
      Escape: onLeave,
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };

  /** Whether the key means something for this message. */
  const act = (event: KeyboardEvent, row: MessageRow, anchor: Element): boolean => {
    const may = permissionsOf(row, scene);
    const { message } = row;
    const isMenu = event.key === "Enter" || event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey);
    if (isMenu) actions.open({ kind: "menu", row, anchor });
    else if (!message) return false;
    else if (event.key === "r" && may.reply) actions.reply(message);
    else if (event.key === "e" && may.edit) actions.edit(message);
    else if (event.key === "c" && may.copy) actions.copy(row);
    else if (event.key === "i" && may.info) actions.open({ kind: "info", message });
    else if ((event.key === "+" || event.key === ":") && may.react) actions.open({ kind: "emoji", message, anchor });
    else if ((event.key === "Delete" || event.key === "Backspace") && may.delete)
      actions.open({ kind: "delete", message });
    else return false;
    return true;
  };

  const onFocus = useCallback(
    (target: Element) => {
      const index = Number(target.closest<HTMLElement>("[data-index]")?.dataset.index);
      if (target.tagName !== "ARTICLE" || !Number.isInteger(index) || index >= timeline.count) return;
      wanted.current = false;
      const row = timeline.rowAt(index);
      setActive((before) => (before?.key === row.key ? before : { key: row.key, seq: row.message?.seq }));
    },
    [timeline],
  );
  return { activeIndex, onKeyDown, onFocus };
}
