// Asking for a link to choose a new password. The answer is the same for every address, known or not.
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { type ReactNode, useState } from "react";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import { Button } from "@/components/button";
import { TextField } from "@/components/text-field";
import { useForgotPassword } from "../api/forgot-password";
import { AuthCard, FormFault } from "./auth-card";
import styles from "./auth-card.module.css";
import { showFaults } from "./form-faults";
import { emailSchema } from "./sign-up-schema";

const schema = z.object({ email: emailSchema() });
type Values = z.infer<typeof schema>;

export function ForgotPassword({ footer }: { footer: ReactNode }) {
  const forgot = useForgotPassword();
  const [askedFor, setAskedFor] = useState<string>();
  const [fault, setFault] = useState<string>();
  const { register, handleSubmit, setError, formState } = useForm<Values>({
    resolver: standardSchemaResolver(schema),
    defaultValues: { email: "" },
  });
  const submit = handleSubmit(async ({ email }) => {
    setFault(undefined);
    await forgot.mutateAsync(email).then(
      () => setAskedFor(email),
      (cause: unknown) => setFault(showFaults(cause, ["email"], setError)),
    );
  });
  if (askedFor !== undefined)
    return (
      <AuthCard
        title="Check your inbox"
        lead={
          <>
            If an account belongs to <strong>{askedFor}</strong>, a link to choose a new password is on its way. It
            works once, for one hour.
          </>
        }
        footer={footer}
      >
        <div className={styles.actions}>
          <p className={styles.note}>Nothing there after a few minutes? Look into the spam folder, too.</p>
          <Button kind="secondary" size="large" onClick={() => setAskedFor(undefined)}>
            Try another address
          </Button>
        </div>
      </AuthCard>
    );
  return (
    <AuthCard
      title="Forgot your password?"
      lead="Tell us your email address, and we'll send you a link to choose a new one."
      footer={footer}
    >
      <form onSubmit={submit} noValidate>
        <FormFault text={fault} />
        <TextField
          label="Email"
          type="email"
          autoComplete="email"
          autoFocus
          fault={formState.errors.email?.message}
          {...register("email")}
        />
        <Button type="submit" size="large" busy={formState.isSubmitting}>
          {formState.isSubmitting ? "Sending…" : "Send the link"}
        </Button>
      </form>
    </AuthCard>
  );
}
