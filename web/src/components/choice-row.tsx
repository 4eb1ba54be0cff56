// One of a few, all in sight: a name, and its choices side by side. Arrow keys move among them.
import { Radio } from "@base-ui/react/radio";
import { RadioGroup } from "@base-ui/react/radio-group";
import { useId } from "react";
import { Icon, type IconName } from "./icon";
import styles from "./setting-row.module.css";

export interface Choice<T extends string> {
  value: T;
  label: string;
  icon?: IconName;
}

interface Props<T extends string> {
  label: string;
  hint?: string | undefined;
  /** The name is said by what stands around it, and is here for those who hear the page. */
  titled?: boolean;
  choices: readonly Choice<T>[];
  value: T;
  onChange: (value: T) => void;
  busy?: boolean;
}

export function ChoiceRow<T extends string>({
  label,
  hint,
  titled = false,
  choices,
  value,
  onChange,
  busy = false,
}: Props<T>) {
  const id = useId();
  return (
    <div className={styles.row} data-wraps>
      <div className={titled ? "visually-hidden" : styles.words}>
        <span id={id}>{label}</span>
        {hint && <p id={`${id}-hint`}>{hint}</p>}
      </div>
      <RadioGroup
        className={styles.choices}
        value={value}
        onValueChange={(next) => onChange(next as T)}
        readOnly={busy}
        aria-labelledby={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
      >
        {choices.map((choice) => (
          // biome-ignore lint/a11y/noLabelWithoutControl: the radio inside is the control
          <label key={choice.value} className={styles.choice} data-checked={choice.value === value || undefined}>
            <Radio.Root value={choice.value} className={styles.radio} />
            {choice.icon && <Icon name={choice.icon} size={17} />}
            {choice.label}
          </label>
        ))}
      </RadioGroup>
    </div>
  );
}
