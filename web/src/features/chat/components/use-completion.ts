// Completes what is typed (model/completion.ts): the arrow keys choose, Enter or Tab takes, Escape closes.
import { type KeyboardEvent, useEffect, useId, useMemo, useState } from "react";
import type { UserLite } from "@/sdk/types";
import { complete, completeWhole, queryAt, type Typed } from "../model/completion";
import { type EmojiName, emojiNamed, fittingEmoji, loadEmojiNames } from "../model/emoji-names";
import { fitting } from "../model/mentions";

export interface Option {
  key: string;
  /** What takes the place of what was typed. */
  put: string;
  label: string;
  detail: string;
  user?: UserLite;
}

export function useCompletion(people: readonly UserLite[], typed: Typed, onComplete: (typed: Typed) => void) {
  const id = useId();
  const [chosen, setChosen] = useState(0);
  const [closedAt, setClosedAt] = useState<number>();
  const query = queryAt(typed);
  const open = query !== undefined && query.from !== closedAt;
  const kind = open ? query.kind : undefined;
  const search = open ? query.typed : "";
  const emoji = useEmojiNames(kind === "emoji");
  const found = useMemo(() => {
    if (kind === "mention") return fitting(people, search).map(personOption);
    return kind === "emoji" ? fittingEmoji(emoji, search).map(emojiOption) : [];
  }, [kind, search, people, emoji]);
  const index = Math.min(chosen, Math.max(0, found.length - 1));

  const take = (option: Option | undefined) => {
    if (!query || !option) return;
    onComplete(complete(typed.text, query, option.put));
    setChosen(0);
  };
  /** Whether the key was for the list. */
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (found.length === 0 || event.nativeEvent.isComposing) return false;
    if (event.key === "ArrowDown") setChosen((index + 1) % found.length);
    else if (event.key === "ArrowUp") setChosen((index + found.length - 1) % found.length);
    else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") take(found[index]);
    else if (event.key === "Escape") setClosedAt(query?.from);
    else return false;
    event.preventDefault();
    return true;
  };
  /** `:name:` written to its end; whether it was one. */
  const finish = (next: Typed): boolean => {
    const whole = completeWhole(next, (name) => emojiNamed(emoji, name));
    if (whole) onComplete(whole);
    return whole !== undefined;
  };
  const optionId = ({ key }: Option) => `${id}-${key}`;
  const current = found[index];
  const field =
    found.length > 0 ? { "aria-controls": id, "aria-activedescendant": current ? optionId(current) : undefined } : {};
  return { id, kind, found, index, take, optionId, onKeyDown, finish, field };
}

const NONE: readonly EmojiName[] = [];

/** Loaded when they are first wanted; without them nothing is offered. */
function useEmojiNames(wanted: boolean): readonly EmojiName[] {
  const [names, setNames] = useState(NONE);
  const missing = wanted && names === NONE;
  useEffect(() => {
    if (missing) loadEmojiNames().then(setNames, () => undefined);
  }, [missing]);
  return names;
}

const personOption = (user: UserLite): Option => ({
  key: user.id,
  put: `@${user.username}`,
  label: user.display_name,
  detail: `@${user.username}`,
  user,
});

const emojiOption = ({ emoji, names: [name = ""] }: EmojiName): Option => ({
  key: name,
  put: emoji,
  label: emoji,
  detail: `:${name}:`,
});
