// The first step of signing in: a username or an address with its password, or the way to an outside provider.
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { type ReactNode, useMemo, useState } from "react";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import { Button } from "@/components/button";
import { TextField } from "@/components/text-field";
import type { MfaChallenge } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useSignIn } from "../api/sign-in";
import { AuthCard, FormFault } from "./auth-card";
import styles from "./auth-card.module.css";
import { showFaults } from "./form-faults";
import { OutsideProviders } from "./outside-providers";

const schema = () =>
  z.object({
    identifier: z.string().check(z.trim(), z.minLength(1, texts.auth.identifierMissing)),
    password: z.string().check(z.minLength(1, texts.auth.passwordMissing)),
    remember: z.boolean(),
  });
type Values = z.infer<ReturnType<typeof schema>>;

interface Props {
  /** Why the person is here (again). */
  reason?: string | undefined;
  username?: string | undefined;
  forgot: ReactNode;
  footer: ReactNode;
  known?: ReactNode;
  onChallenge: (challenge: MfaChallenge) => void;
}

export function SignInForm({ reason, username, forgot, footer, known, onChallenge }: Props) {
  const words = texts.auth;
  const signIn = useSignIn();
  const [fault, setFault] = useState(reason);
  const { register, handleSubmit, setError, getValues, formState } = useForm<Values>({
    resolver: useMemo(() => standardSchemaResolver(schema()), []),
    defaultValues: { identifier: username ?? "", password: "", remember: true },
  });
  const submit = handleSubmit(async (values) => {
    setFault(undefined);
    await signIn.mutateAsync(values).then(
      (challenge) => challenge && onChallenge(challenge),
      (cause: unknown) => setFault(showFaults(cause, ["identifier", "password"], setError)),
    );
  });
  return (
    <AuthCard title={words.welcomeBack} lead={words.signInLead} footer={footer}>
      {known}
      <form onSubmit={submit} noValidate>
        <FormFault text={fault} />
        <TextField
          label={words.identifier}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus={username === undefined}
          fault={formState.errors.identifier?.message}
          {...register("identifier")}
        />
        <TextField
          label={words.password}
          type="password"
          autoComplete="current-password"
          autoFocus={username !== undefined}
          aside={forgot}
          fault={formState.errors.password?.message}
          {...register("password")}
        />
        <label className={styles.check}>
          <input type="checkbox" {...register("remember")} /> {words.remember}
        </label>
        <Button type="submit" size="large" busy={formState.isSubmitting}>
          {formState.isSubmitting ? words.signingIn : words.signIn}
        </Button>
      </form>
      <OutsideProviders remember={() => getValues("remember")} />
    </AuthCard>
  );
}
