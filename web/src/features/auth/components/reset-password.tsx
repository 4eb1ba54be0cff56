// Choosing a new password with the link of a mail.
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { type ReactNode, useMemo, useState } from "react";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import { Button } from "@/components/button";
import { TextField } from "@/components/text-field";
import { DEFAULT_LIMITS, useServerConfig } from "@/lib/queries/config";
import { toApiError } from "@/sdk/api-error";
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
  const [outcome, setOutcome] = useState<"done" | "refused">();
  if (outcome === "done")
    return (
      <AuthCard
        title="Your password is changed"
        lead="To be safe, you have been signed out everywhere. Sign in with your new password."
      >
        <div className={styles.actions}>{signIn}</div>
      </AuthCard>
    );
  if (outcome === "refused" || token === undefined)
    return (
      <AuthCard
        title={token ? "This link no longer works" : "Open the link once more"}
        lead={
          token
            ? "It has been used, has expired, or a newer one was sent. Ask for a new link, and use the latest mail."
            : "Open the link in your mail again, or ask for a new one."
        }
      >
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
    <AuthCard title="Choose a new password" lead="It replaces the old one on all your devices.">
      <form onSubmit={submit} noValidate>
        <FormFault text={fault} />
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          autoFocus
          hint={`At least ${limits.password_min} characters.`}
          fault={formState.errors.new_password?.message}
          {...register("new_password")}
        />
        <Button type="submit" size="large" busy={formState.isSubmitting}>
          {formState.isSubmitting ? "Saving…" : "Save the new password"}
        </Button>
      </form>
    </AuthCard>
  );
}
