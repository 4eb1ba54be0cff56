// Asking for a link to choose a new password. The answer is the same for every address, known or not.
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { type ReactNode, useMemo, useState } from "react";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import { Button } from "@/components/button";
import { TextField } from "@/components/text-field";
import { texts } from "@/texts/texts";
import { useForgotPassword } from "../api/forgot-password";
import { AuthCard, FormFault } from "./auth-card";
import styles from "./auth-card.module.css";
import { showFaults } from "./form-faults";
import { emailSchema } from "./sign-up-schema";

const schema = () => z.object({ email: emailSchema() });
type Values = z.infer<ReturnType<typeof schema>>;

export function ForgotPassword({ footer }: { footer: ReactNode }) {
  const words = texts.auth.forgot;
  const forgot = useForgotPassword();
  const [askedFor, setAskedFor] = useState<string>();
  const [fault, setFault] = useState<string>();
  const { register, handleSubmit, setError, formState } = useForm<Values>({
    resolver: useMemo(() => standardSchemaResolver(schema()), []),
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
        title={words.sentTitle}
        lead={
          <>
            {words.sentBefore} <strong>{askedFor}</strong>
            {words.sentAfter}
          </>
        }
        footer={footer}
      >
        <div className={styles.actions}>
          <p className={styles.note}>{words.nothing}</p>
          <Button kind="secondary" size="large" onClick={() => setAskedFor(undefined)}>
            {words.another}
          </Button>
        </div>
      </AuthCard>
    );
  return (
    <AuthCard title={words.title} lead={words.lead} footer={footer}>
      <form onSubmit={submit} noValidate>
        <FormFault text={fault} />
        <TextField
          label={texts.auth.signUp.email}
          type="email"
          autoComplete="email"
          autoFocus
          fault={formState.errors.email?.message}
          {...register("email")}
        />
        <Button type="submit" size="large" busy={formState.isSubmitting}>
          {formState.isSubmitting ? words.sending : words.send}
        </Button>
      </form>
    </AuthCard>
  );
}
