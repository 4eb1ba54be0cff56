import { Link } from "@tanstack/react-router";
import { SignUpForm } from "@/features/auth/components/sign-up-form";
import { texts } from "@/texts/texts";
import { useTitle } from "./use-title";

export function SignUpPage() {
  useTitle(texts.auth.signUp.title);
  return (
    <SignUpForm
      footer={
        <>
          {texts.auth.signUp.haveOne} <Link to="/sign-in">{texts.auth.signIn}</Link>
        </>
      }
    />
  );
}
