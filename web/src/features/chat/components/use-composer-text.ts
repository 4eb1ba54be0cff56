// The text of the composer: a draft that is kept for each conversation, or the text of the message that is edited.
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";
import { readDrafts, writeDraft } from "@/lib/drafts";
import type { Message } from "@/sdk/types";
import type { Typed } from "../model/completion";
import { type Selected, toggleMark } from "../model/marks";

export function useComposerText(
  field: RefObject<HTMLTextAreaElement | null>,
  ownUserId: string,
  conversationId: string,
  editing: Message | undefined,
) {
  const [draft, setDraft] = useState(() => readDrafts(ownUserId)[conversationId] ?? "");
  const [edited, setEdited] = useState({ id: "", text: "" });
  const [cursor, setCursor] = useState(0);
  const text = editing ? (edited.id === editing.id ? edited.text : editing.body) : draft;

  const put = useCallback(
    (next: string) => {
      if (editing) return setEdited({ id: editing.id, text: next });
      setDraft(next);
      writeDraft(ownUserId, conversationId, next);
    },
    [editing, ownUserId, conversationId],
  );
  const clear = useCallback(() => {
    setEdited({ id: "", text: "" });
    if (editing) return;
    setDraft("");
    writeDraft(ownUserId, conversationId, "");
  }, [editing, ownUserId, conversationId]);

  // What is selected once a text that was not typed has been drawn.
  const wanted = useRef<readonly [number, number]>(undefined);
  useLayoutEffect(() => {
    if (wanted.current === undefined) return;
    field.current?.focus();
    field.current?.setSelectionRange(...wanted.current);
    wanted.current = undefined;
  });
  const select = useCallback(
    (next: Selected) => {
      wanted.current = [next.start, next.end];
      setCursor(next.end);
      put(next.text);
    },
    [put],
  );
  const place = useCallback(
    (typed: Typed) => select({ text: typed.text, start: typed.cursor, end: typed.cursor }),
    [select],
  );
  /** Puts something in place of what is selected. */
  const insert = useCallback(
    (piece: string) => {
      const [from, to] = [field.current?.selectionStart ?? text.length, field.current?.selectionEnd ?? text.length];
      place({ text: text.slice(0, from) + piece + text.slice(to), cursor: from + piece.length });
    },
    [field, place, text],
  );
  const mark = (sign: string) => {
    if (field.current)
      select(toggleMark({ text, start: field.current.selectionStart, end: field.current.selectionEnd }, sign));
  };
  return { text, cursor, setCursor, put, place, insert, mark, clear };
}
