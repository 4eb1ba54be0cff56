// Completes `@name` while it is typed: the arrow keys choose, Enter or Tab takes, Escape closes.
import { type KeyboardEvent, useId, useMemo, useState } from "react";
import type { UserLite } from "@/sdk/types";
import { complete, fitting, mentionAt } from "../model/mentions";

export interface Typed {
  text: string;
  cursor: number;
}

export function useMentionList(people: readonly UserLite[], typed: Typed, onComplete: (typed: Typed) => void) {
  const id = useId();
  const [chosen, setChosen] = useState(0);
  const [closedAt, setClosedAt] = useState<number>();
  const query = mentionAt(typed.text, typed.cursor);
  const open = query !== undefined && query.from !== closedAt;
  const search = open ? query.typed : undefined;
  const found = useMemo(() => (search === undefined ? [] : fitting(people, search)), [people, search]);
  const index = Math.min(chosen, Math.max(0, found.length - 1));

  const take = (user: UserLite | undefined) => {
    if (!query || !user) return;
    onComplete(complete(typed.text, query, user.username));
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
  const optionId = (user: UserLite) => `${id}-${user.id}`;
  const current = found[index];
  const field =
    found.length > 0 ? { "aria-controls": id, "aria-activedescendant": current ? optionId(current) : undefined } : {};
  return { id, found, index, take, optionId, onKeyDown, field };
}
