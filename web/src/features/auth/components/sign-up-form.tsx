// Making an account. What the server would refuse anyway is said while typing, by the limits it tells itself.
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { type ReactNode, useMemo, useState } from "react";
import { useForm } from "react-hook-form";
import { Button } from "@/components/button";
import { TextField } from "@/components/text-field";
import { DEFAULT_LIMITS, useServerConfig } from "@/lib/queries/config";
import { texts } from "@/texts/texts";
import { useSignUp } from "../api/sign-up";
import { AuthCard, FormFault } from "./auth-card";
import { showFaults } from "./form-faults";
import { OutsideProviders } from "./outside-providers";
import { type SignUpValues, signUpSchema } from "./sign-up-schema";

const FIELDS = ["display_name", "username", "email", "password"] as const;

export function SignUpForm({ footer }: { footer: ReactNode }) {
  const words = texts.auth.signUp;
  const signUp = useSignUp();
  const { data: config } = useServerConfig();
  const limits = config?.limits ?? DEFAULT_LIMITS;
  const [fault, setFault] = useState<string>();
  const resolver = useMemo(() => standardSchemaResolver(signUpSchema(limits)), [limits]);
  const { register, handleSubmit, setError, formState } = useForm<SignUpValues>({
    resolver,
    mode: "onTouched",
    defaultValues: { display_name: "", username: "", email: "", password: "" },
  });
  const { errors } = formState;
  const submit = handleSubmit(async ({ display_name, ...values }) => {
    setFault(undefined);
    const body = { ...values, remember: true, ...(display_name ? { display_name } : {}) };
    await signUp.mutateAsync(body).catch((cause: unknown) => setFault(showFaults(cause, FIELDS, setError)));
  });
  const closed = config?.allowed_signup === false;
  return (
    <AuthCard title={words.title} lead={words.lead} footer={footer}>
      <form onSubmit={submit} noValidate>
        <FormFault text={closed ? words.closed : fault} />
        <TextField
          label={words.name}
          autoComplete="name"
          autoFocus
          hint={words.nameHint}
          fault={errors.display_name?.message}
          {...register("display_name")}
        />
        <TextField
          label={words.username}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          fault={errors.username?.message}
          {...register("username")}
        />
        <TextField
          label={words.email}
          type="email"
          autoComplete="email"
          fault={errors.email?.message}
          {...register("email")}
        />
        <TextField
          label={texts.auth.password}
          type="password"
          autoComplete="new-password"
          hint={words.passwordHint(limits.password_min)}
          fault={errors.password?.message}
          {...register("password")}
        />
        <Button type="submit" size="large" busy={formState.isSubmitting} disabled={closed}>
          {formState.isSubmitting ? words.creating : words.create}
        </Button>
      </form>
      {!closed && <OutsideProviders remember={() => true} />}
    </AuthCard>
  );
}
