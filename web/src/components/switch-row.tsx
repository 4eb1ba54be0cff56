// A choice that is on or off: its name, what it means, and the switch across from it.
import { Switch } from "@base-ui/react/switch";
import { useId } from "react";
import styles from "./setting-row.module.css";

interface Props {
  label: string;
  hint?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  busy?: boolean;
}

export function SwitchRow({ label, hint, checked, onChange, busy = false }: Props) {
  const id = useId();
  return (
    <div className={styles.row}>
      <div className={styles.words}>
        <span id={id}>{label}</span>
        {hint && <p id={`${id}-hint`}>{hint}</p>}
      </div>
      <Switch.Root
        className={styles.switch}
        checked={checked}
        onCheckedChange={onChange}
        readOnly={busy}
        aria-labelledby={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
      >
        <Switch.Thumb className={styles.thumb} />
      </Switch.Root>
    </div>
  );
}
