// Switching the second factor on: the password, then the secret for the app, then a code that shows the app has it.
import { useState } from "react";
import { Button } from "@/components/button";
import { CodeField } from "@/components/code-field";
import { Fault } from "@/components/fault";
import { errorText } from "@/lib/error-text";
import { toApiError } from "@/sdk/api-error";
import type { components } from "@/sdk/schema";
import { texts } from "@/texts/texts";
import { useActivateTotp } from "../api/activate-totp";
import { useStartTotp } from "../api/start-totp";
import { CopyButton } from "./copy-button";
import styles from "./factor.module.css";
import { ProofForm } from "./proof-form";

type Secret = components["schemas"]["TotpSecret"];

export function FactorSetUp({ onActive }: { onActive: (codes: readonly string[]) => void }) {
  const { security: words } = texts.settings;
  const start = useStartTotp();
  if (start.data) return <Confirmation secret={start.data} onActive={onActive} />;
  return (
    <ProofForm button={words.go} onSubmit={(proof) => start.mutateAsync(proof)}>
      <p>{words.setUpPassword}</p>
    </ProofForm>
  );
}

function Confirmation({ secret, onActive }: { secret: Secret; onActive: (codes: readonly string[]) => void }) {
  const { security: words, proof } = texts.settings;
  const activate = useActivateTotp();
  const [code, setCode] = useState("");
  const [wrong, setWrong] = useState<string>();
  const submit = (entered: string) => {
    if (activate.isPending) return;
    setWrong(undefined);
    activate.mutate(entered, {
      onSuccess: ({ recovery_codes }) => onActive(recovery_codes),
      onError: (cause) => {
        if (toApiError(cause).code !== "invalid_code") return;
        setWrong(proof.wrongCode);
        setCode("");
      },
    });
  };
  return (
    <form
      className={styles.steps}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit(code);
      }}
    >
      <p>{words.scan}</p>
      <img className={styles.qr} src={secret.qr_png} alt={words.qr} width={184} height={184} />
      <div className={styles.key}>
        <p>{words.byHand}</p>
        <div>
          <code dir="ltr">{secret.secret.match(/.{1,4}/g)?.join(" ")}</code>
          <CopyButton text={secret.secret} label={words.copyKey} />
        </div>
      </div>
      <p>{words.enter}</p>
      <CodeField value={code} onChange={setCode} onComplete={submit} fault={wrong} busy={activate.isPending} />
      {activate.isError && !wrong && <Fault>{errorText(activate.error)}</Fault>}
      <Button type="submit" busy={activate.isPending} disabled={code.length < 6}>
        {words.confirm}
      </Button>
    </form>
  );
}
