// Arrow keys, Home and End move through what is marked with `data-walk`, from the search field into the list and back.
import { type KeyboardEvent, useCallback } from "react";

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

/** Goes to `onKeyDown` of the element around field and list. */
export function useListWalk(): (event: KeyboardEvent<HTMLElement>) => void {
  return useCallback((event) => {
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-walk]")];
    const field = event.currentTarget.querySelector<HTMLElement>("input[type=search]");
    const at = rows.indexOf(document.activeElement as HTMLElement);
    const inField = document.activeElement === field;
    const target = targetOf(event.key, at, rows, inField, field);
    if (!target || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    target.focus();
  }, []);
}

function targetOf(
  key: string,
  at: number,
  rows: readonly HTMLElement[],
  inField: boolean,
  field: HTMLElement | null,
): HTMLElement | null | undefined {
  if (at < 0 && !inField) return undefined;
  const step = STEPS[key];
  if (step !== undefined) return at === 0 && step < 0 ? field : rows[Math.min(at + step, rows.length - 1)];
  if (at < 0) return undefined;
  if (key === "Home") return rows[0];
  return key === "End" ? rows.at(-1) : undefined;
}
