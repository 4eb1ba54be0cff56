// Asks for what shows that it is really the owner: the password, and a code where a second factor is in play. Without a
// password the server wants a fresh sign-in instead.
import { type ReactNode, useId, useState } from "react";
import { Button } from "@/components/button";
import { Fault } from "@/components/fault";
import { TextField } from "@/components/text-field";
import { useLive, useServer } from "@/lib/client-context";
import { errorText } from "@/lib/error-text";
import { toApiError } from "@/sdk/api-error";
import { texts } from "@/texts/texts";
import styles from "./settings.module.css";

export interface Proof {
  password?: string;
  code?: string;
}

interface Props {
  /** Whether a code is asked for besides the password. */
  withCode?: boolean;
  button: string;
  danger?: boolean;
  /** Says what of `children` is missing; nothing is sent then. */
  check?: () => boolean;
  /** Rejects with what the server answered. */
  onSubmit: (proof: Proof) => Promise<unknown>;
  /** Stands above the proof. */
  children?: ReactNode;
}

export function ProofForm({ withCode = false, button, danger, check, onSubmit, children }: Props) {
  const { proof: words } = texts.settings;
  const { me } = useLive();
  const id = useId();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const [faults, setFaults] = useState<{ password?: string; code?: string; all?: unknown }>({});
  const submit = async () => {
    const missing = {
      ...(me.has_password && !password ? { password: words.passwordNeeded } : {}),
      ...(withCode && !code.trim() ? { code: words.codeNeeded } : {}),
    };
    setFaults(missing);
    if ((check && !check()) || Object.keys(missing).length > 0) return;
    setBusy(true);
    const proof = { ...(me.has_password && { password }), ...(withCode && { code: code.replaceAll(" ", "") }) };
    await onSubmit(proof)
      .catch((cause: unknown) => {
        const { code: why } = toApiError(cause);
        if (why === "invalid_credentials") setFaults({ password: words.wrongPassword });
        else if (why === "invalid_code" && withCode) setFaults({ code: words.wrongCode });
        else setFaults({ all: cause });
      })
      .finally(() => setBusy(false));
  };
  if (faults.all && toApiError(faults.all).code === "reauthentication_required") return <Again />;
  return (
    <form
      id={id}
      className={styles.proof}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {children}
      {me.has_password && (
        <TextField
          label={words.password}
          type="password"
          autoComplete="current-password"
          value={password}
          fault={faults.password}
          onChange={(event) => setPassword(event.target.value)}
        />
      )}
      {withCode && (
        <TextField
          label={words.code}
          hint={words.codeHint}
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          dir="ltr"
          value={code}
          fault={faults.code}
          onChange={(event) => setCode(event.target.value)}
        />
      )}
      {faults.all !== undefined && <Fault>{errorText(faults.all)}</Fault>}
      <Button type="submit" kind={danger ? "danger" : "primary"} busy={busy}>
        {button}
      </Button>
    </form>
  );
}

function Again() {
  const { proof: words } = texts.settings;
  const { session } = useServer();
  return (
    <div className={styles.proof} role="alert">
      <p>
        <strong>{words.again}</strong>
      </p>
      <p>{words.againExplain}</p>
      <Button onClick={() => void session.logout()}>{words.signOut}</Button>
    </div>
  );
}
