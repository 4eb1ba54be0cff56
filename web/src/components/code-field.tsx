// The field for the six digits of an authenticator app. Tells when all are there; spaces and dashes are ignored.
import { useEffect, useId, useRef } from "react";
import { texts } from "@/texts/texts";
import styles from "./text-field.module.css";

export const CODE_LENGTH = 6;

interface Props {
  value: string;
  onChange: (value: string) => void;
  onComplete: (code: string) => void;
  fault?: string | undefined;
  busy?: boolean;
}

/** It takes the focus when it appears, and again after a fault. */
export function CodeField({ value, onChange, onComplete, fault, busy = false }: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!busy) input.current?.focus();
  }, [busy]);
  const change = (text: string) => {
    const digits = text.replace(/\D/g, "").slice(0, CODE_LENGTH);
    onChange(digits);
    if (digits.length === CODE_LENGTH && digits !== value) onComplete(digits);
  };
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{texts.app.field.code}</label>
      <div className={styles.box} data-code data-faulty={fault !== undefined || undefined}>
        <input
          ref={input}
          id={id}
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          pattern="[0-9]*"
          placeholder="––––––"
          value={value}
          readOnly={busy}
          aria-invalid={fault !== undefined}
          aria-describedby={fault ? `${id}-note` : undefined}
          onChange={(event) => change(event.target.value)}
        />
      </div>
      {fault && (
        <p id={`${id}-note`} className={styles.fault} role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}
