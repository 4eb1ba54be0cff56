// A labelled input with its hint or its fault underneath, both tied to it for screen readers.
import { type ComponentProps, type ReactNode, useId, useState } from "react";
import { texts } from "@/texts/texts";
import { IconButton } from "./button";
import styles from "./text-field.module.css";

interface Props extends ComponentProps<"input"> {
  label: string;
  hint?: string;
  fault?: string | undefined;
  /** Stands across from the label; the keyboard reaches it after the input. */
  aside?: ReactNode;
}

export function TextField({ label, hint, fault, aside, type, ...input }: Props) {
  const id = useId();
  const [shown, setShown] = useState(false);
  const secret = type === "password";
  const note = fault ?? hint;
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <div className={styles.box} data-faulty={fault !== undefined || undefined}>
        <input
          {...input}
          id={id}
          type={secret && shown ? "text" : type}
          aria-invalid={fault !== undefined}
          aria-describedby={note ? `${id}-note` : undefined}
        />
        {secret && (
          <IconButton
            icon={shown ? "eyeOff" : "eye"}
            label={shown ? texts.app.field.hide : texts.app.field.show}
            onClick={() => setShown(!shown)}
          />
        )}
      </div>
      {aside && <span className={styles.aside}>{aside}</span>}
      {note && (
        <p id={`${id}-note`} className={fault ? styles.fault : styles.hint} role={fault ? "alert" : undefined}>
          {note}
        </p>
      )}
    </div>
  );
}
