// A row of choices of which one holds, as for the filter of a list. Arrow keys move along it.
import { Toggle } from "@base-ui/react/toggle";
import { ToggleGroup } from "@base-ui/react/toggle-group";
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
    <ToggleGroup
      aria-label={label}
      className={styles.chips}
      value={[value]}
      onValueChange={([next]) => next !== undefined && onChange(next as T)}
    >
      {chips.map((chip) => (
        <Toggle key={chip.value} value={chip.value} className={styles.chip}>
          {chip.label}
          {chip.count ? <span className={styles.count}>{chip.count > 99 ? "99+" : chip.count}</span> : null}
        </Toggle>
      ))}
    </ToggleGroup>
  );
}
