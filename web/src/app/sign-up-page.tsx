import { Link } from "@tanstack/react-router";
import { SignUpForm } from "@/features/auth/components/sign-up-form";

export function SignUpPage() {
  return (
    <SignUpForm
      footer={
        <>
          Have an account? <Link to="/sign-in">Sign in</Link>
        </>
      }
    />
  );
}
