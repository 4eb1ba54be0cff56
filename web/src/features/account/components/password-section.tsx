// Changing the password, or setting the first one.
import { useState } from "react";
import { Button } from "@/components/button";
import { Fault } from "@/components/fault";
import { Icon } from "@/components/icon";
import { TextField } from "@/components/text-field";
import { useLive, useServer } from "@/lib/client-context";
import { errorText } from "@/lib/error-text";
import { fieldText } from "@/lib/field-text";
import { DEFAULT_LIMITS, useServerConfig } from "@/lib/queries/config";
import { toApiError } from "@/sdk/api-error";
import { texts } from "@/texts/texts";
import { useChangePassword } from "../api/change-password";
import styles from "./settings.module.css";
import { SettingsSection } from "./settings-page";

export function PasswordSection() {
  const { security: words } = texts.settings;
  const { me } = useLive();
  const { session } = useServer();
  const [open, setOpen] = useState(false);
  const [done, setDone] = useState(false);
  const finished = () => {
    setOpen(false);
    setDone(true);
    session.updateUser({ ...me, has_password: true });
  };
  return (
    <SettingsSection
      title={words.password}
      lead={me.has_password ? words.passwordLead : words.noPassword}
      aside={
        !open && (
          <Button kind="secondary" onClick={() => setOpen(true)}>
            {me.has_password ? words.change : words.set}
          </Button>
        )
      }
    >
      {open && <PasswordForm onDone={finished} onCancel={() => setOpen(false)} />}
      {done && !open && (
        <p className={styles.block} role="status">
          <span className={styles.done}>
            <Icon name="check" size={18} />
            {words.changed}
          </span>
        </p>
      )}
    </SettingsSection>
  );
}

function PasswordForm({ onDone, onCancel }: { onDone: () => void; onCancel: () => void }) {
  const { security: words, proof, saving } = texts.settings;
  const { me } = useLive();
  const { data: config } = useServerConfig();
  const least = (config?.limits ?? DEFAULT_LIMITS).password_min;
  const change = useChangePassword();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [faults, setFaults] = useState<{ current?: string; next?: string; all?: string }>({});
  const refuse = (cause: unknown) => {
    const error = toApiError(cause);
    const [field] = error.fields;
    if (error.code === "invalid_credentials") setFaults({ current: proof.wrongPassword });
    else if (error.code === "reauthentication_required") setFaults({ all: proof.againExplain });
    else if (field) setFaults({ next: fieldText(field) });
    else setFaults({ all: errorText(error) });
  };
  const submit = () => {
    const missing = me.has_password && !current ? { current: proof.passwordNeeded } : {};
    const short = [...next].length < least ? { next: words.nextHint(least) } : {};
    const same = me.has_password && next && next === current ? { next: words.same } : {};
    const found = { ...missing, ...short, ...same };
    setFaults(found);
    if (Object.keys(found).length > 0) return;
    const body = { new_password: next, ...(me.has_password && { current_password: current }) };
    change.mutate(body, { onSuccess: onDone, onError: refuse });
  };
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {me.has_password && (
        <TextField
          label={words.current}
          type="password"
          autoComplete="current-password"
          autoFocus
          value={current}
          fault={faults.current}
          onChange={(event) => setCurrent(event.target.value)}
        />
      )}
      <TextField
        label={words.next}
        type="password"
        autoComplete="new-password"
        hint={words.nextHint(least)}
        value={next}
        fault={faults.next}
        onChange={(event) => setNext(event.target.value)}
      />
      {faults.all && <Fault>{faults.all}</Fault>}
      <div className={styles.buttons}>
        <Button type="submit" busy={change.isPending}>
          {change.isPending ? saving : texts.common.save}
        </Button>
        <Button kind="quiet" onClick={onCancel}>
          {texts.common.cancel}
        </Button>
      </div>
    </form>
  );
}
