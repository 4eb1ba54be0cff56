// Making an account. What the server would refuse anyway is said while typing, by the limits it tells itself.
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { type ReactNode, useMemo, useState } from "react";
import { useForm } from "react-hook-form";
import { Button } from "@/components/button";
import { TextField } from "@/components/text-field";
import { DEFAULT_LIMITS, useServerConfig } from "@/lib/queries/config";
import { useSignUp } from "../api/sign-up";
import { AuthCard, FormFault } from "./auth-card";
import { showFaults } from "./form-faults";
import { OutsideProviders } from "./outside-providers";
import { type SignUpValues, signUpSchema } from "./sign-up-schema";

const FIELDS = ["display_name", "username", "email", "password"] as const;

export function SignUpForm({ footer }: { footer: ReactNode }) {
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
    <AuthCard title="Create your account" lead="Private conversations with the people you know." footer={footer}>
      <form onSubmit={submit} noValidate>
        <FormFault text={closed ? "This server doesn't take new accounts at the moment." : fault} />
        <TextField
          label="Your name"
          autoComplete="name"
          autoFocus
          hint="How others see you. You can leave it out."
          fault={errors.display_name?.message}
          {...register("display_name")}
        />
        <TextField
          label="Username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          fault={errors.username?.message}
          {...register("username")}
        />
        <TextField
          label="Email"
          type="email"
          autoComplete="email"
          fault={errors.email?.message}
          {...register("email")}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="new-password"
          hint={`At least ${limits.password_min} characters.`}
          fault={errors.password?.message}
          {...register("password")}
        />
        <Button type="submit" size="large" busy={formState.isSubmitting} disabled={closed}>
          {formState.isSubmitting ? "Creating your account…" : "Create account"}
        </Button>
      </form>
      {!closed && <OutsideProviders remember={() => true} />}
    </AuthCard>
  );
}
