// Choosing a new password with the link of a mail.
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { type ReactNode, useMemo, useState } from "react";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import { Button } from "@/components/button";
import { TextField } from "@/components/text-field";
import { DEFAULT_LIMITS, useServerConfig } from "@/lib/queries/config";
import { toApiError } from "@/sdk/api-error";
import { texts } from "@/texts/texts";
import { useResetPassword } from "../api/reset-password";
import { AuthCard, FormFault } from "./auth-card";
import styles from "./auth-card.module.css";
import { showFaults } from "./form-faults";
import { passwordSchema } from "./sign-up-schema";

interface Props {
  /** Of the link; absent when the page was opened without it, or loaded again. */
  token?: string | undefined;
  /** The ways on from here. */
  signIn: ReactNode;
  askAgain: ReactNode;
}

/** Give it the token as `key`: another link starts afresh. */
export function ResetPassword({ token, signIn, askAgain }: Props) {
  const words = texts.auth.reset;
  const [outcome, setOutcome] = useState<"done" | "refused">();
  if (outcome === "done")
    return (
      <AuthCard title={words.doneTitle} lead={words.doneLead}>
        <div className={styles.actions}>{signIn}</div>
      </AuthCard>
    );
  if (outcome === "refused" || token === undefined)
    return (
      <AuthCard title={token ? words.usedTitle : words.missingTitle} lead={token ? words.usedLead : words.missingLead}>
        <div className={styles.actions}>{askAgain}</div>
      </AuthCard>
    );
  return <NewPasswordForm token={token} onOutcome={setOutcome} />;
}

interface FormProps {
  token: string;
  onOutcome: (outcome: "done" | "refused") => void;
}

function NewPasswordForm({ token, onOutcome }: FormProps) {
  const words = texts.auth.reset;
  const reset = useResetPassword();
  const { data: config } = useServerConfig();
  const limits = config?.limits ?? DEFAULT_LIMITS;
  const [fault, setFault] = useState<string>();
  const resolver = useMemo(() => standardSchemaResolver(z.object({ new_password: passwordSchema(limits) })), [limits]);
  const { register, handleSubmit, setError, formState } = useForm<{ new_password: string }>({
    resolver,
    defaultValues: { new_password: "" },
  });
  const refuse = (cause: unknown) => {
    if (toApiError(cause).code === "invalid_code") onOutcome("refused");
    else setFault(showFaults(cause, ["new_password"], setError));
  };
  const submit = handleSubmit(async ({ new_password }) => {
    setFault(undefined);
    await reset.mutateAsync({ token, new_password }).then(() => onOutcome("done"), refuse);
  });
  return (
    <AuthCard title={words.title} lead={words.lead}>
      <form onSubmit={submit} noValidate>
        <FormFault text={fault} />
        <TextField
          label={words.field}
          type="password"
          autoComplete="new-password"
          autoFocus
          hint={texts.auth.signUp.passwordHint(limits.password_min)}
          fault={formState.errors.new_password?.message}
          {...register("new_password")}
        />
        <Button type="submit" size="large" busy={formState.isSubmitting}>
          {formState.isSubmitting ? words.saving : words.save}
        </Button>
      </form>
    </AuthCard>
  );
}
