// A labelled field of a few lines that counts what is left near its end.
import { useId } from "react";
import { texts } from "@/texts/texts";
import styles from "./text-area.module.css";

interface Props {
  label: string;
  hint?: string;
  value: string;
  max: number;
  rows: number;
  onChange: (value: string) => void;
}

export function TextArea({ label, hint, value, max, rows, onChange }: Props) {
  const id = useId();
  const length = [...value].length;
  const over = length > max;
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        dir="auto"
        rows={rows}
        value={value}
        aria-invalid={over}
        aria-describedby={`${id}-note`}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-note`} className={styles.note} data-over={over || undefined}>
        {over ? texts.conversations.titleTooLong(max) : length > max * 0.8 ? `${length} / ${max}` : hint}
      </p>
    </div>
  );
}
