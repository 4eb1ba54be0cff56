// A row of choices of which one holds, as for the filter of a list. Arrow keys move along it. It is part of the first
// picture, so it is made of plain buttons.
import type { KeyboardEvent } from "react";
import styles from "./chips.module.css";

export interface Chip<T extends string> {
  value: T;
  label: string;
  /** Shown beside the label when there are any. */
  count?: number;
}

interface Props<T extends string> {
  label: string;
  chips: readonly Chip<T>[];
  value: T;
  onChange: (value: T) => void;
}

export function Chips<T extends string>({ label, chips, value, onChange }: Props<T>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset does not scroll
    <div role="group" aria-label={label} className={styles.chips} onKeyDown={walk}>
      {chips.map((chip) => (
        <button
          key={chip.value}
          type="button"
          className={styles.chip}
          aria-pressed={chip.value === value}
          data-pressed={chip.value === value || undefined}
          tabIndex={chip.value === value ? 0 : -1}
          onClick={() => onChange(chip.value)}
        >
          {chip.label}
          {chip.count ? <span className={styles.count}>{chip.count > 99 ? "99+" : chip.count}</span> : null}
        </button>
      ))}
    </div>
  );
}

/** One stop for the tab key; the arrows lead from one to the next and around. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const all = [...event.currentTarget.querySelectorAll("button")];
  const at = all.indexOf(document.activeElement as HTMLButtonElement);
  const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  const backward = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
  const targets: Record<string, number> = { [forward]: at + 1, [backward]: at - 1, Home: 0, End: all.length - 1 };
  const target = targets[event.key];
  if (at < 0 || target === undefined) return;
  event.preventDefault();
  all.at(target % all.length)?.focus();
}
