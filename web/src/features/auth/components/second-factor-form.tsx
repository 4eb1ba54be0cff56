// The second step of signing in: a code of the authenticator app, or a recovery code in its place.
import { useState } from "react";
import { Button } from "@/components/button";
import { CODE_LENGTH, CodeField } from "@/components/code-field";
import { TextField } from "@/components/text-field";
import { errorText, waitText } from "@/lib/error-text";
import { toApiError } from "@/sdk/api-error";
import type { MfaChallenge, SecondFactor } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useSecondFactor } from "../api/second-factor";
import { AuthCard, FormFault } from "./auth-card";
import styles from "./auth-card.module.css";

interface Props {
  challenge: MfaChallenge;
  /** Back to the first step, with the reason when it was not the person's wish. */
  onRestart: (reason?: string) => void;
}

type Way = "totp" | "recovery_code";

export function SecondFactorForm({ challenge, onRestart }: Props) {
  const words = texts.auth.second;
  const confirm = useSecondFactor();
  const [way, setWay] = useState<Way>("totp");
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState<string>();
  const [fault, setFault] = useState<string>();
  const recoverable = challenge.methods.includes("recovery_code");

  const refuse = (cause: unknown) => {
    const error = toApiError(cause);
    if (error.code === "invalid_code" || error.code === "validation_failed") {
      setWrong(words.wrong[way]);
      if (way === "totp") setText("");
    } else if (error.code === "unauthenticated") {
      onRestart(words.tooLong);
    } else if (error.code === "locked_out") {
      onRestart(words.locked(waitText(error.retryAfterMs ?? 15 * 60_000)));
    } else setFault(errorText(error));
  };
  const submit = async (entered: string) => {
    if (confirm.isPending) return;
    setWrong(undefined);
    setFault(undefined);
    const proof: SecondFactor =
      way === "totp"
        ? { mfa_token: challenge.mfa_token, code: entered }
        : { mfa_token: challenge.mfa_token, recovery_code: entered };
    await confirm.mutateAsync(proof).catch(refuse);
  };
  const change = (entered: string) => {
    setText(entered);
    setWrong(undefined);
  };
  const switchTo = (other: Way) => {
    setWay(other);
    change("");
  };
  const entered = text.trim();
  const complete = way === "totp" ? entered.length === CODE_LENGTH : entered.length > 0;
  return (
    <AuthCard title={words.title} lead={words.leads[way]}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (complete) void submit(entered);
        }}
        noValidate
      >
        <FormFault text={fault} />
        {way === "totp" ? (
          <CodeField
            value={text}
            onChange={change}
            onComplete={(code) => void submit(code)}
            fault={wrong}
            busy={confirm.isPending}
          />
        ) : (
          <TextField
            key="recovery"
            label={words.recoveryCode}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            value={text}
            onChange={(event) => change(event.target.value)}
            fault={wrong}
          />
        )}
        <Button type="submit" size="large" busy={confirm.isPending} disabled={!complete}>
          {confirm.isPending ? words.checking : words.go}
        </Button>
        {recoverable && (
          <button
            type="button"
            className={styles.switch}
            onClick={() => switchTo(way === "totp" ? "recovery_code" : "totp")}
          >
            {way === "totp" ? words.useRecovery : words.useApp}
          </button>
        )}
        <button type="button" className={styles.switch} onClick={() => onRestart()}>
          {words.back}
        </button>
      </form>
    </AuthCard>
  );
}
