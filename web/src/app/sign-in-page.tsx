import { Link } from "@tanstack/react-router";
import { SignInForm } from "@/features/auth/components/sign-in-form";
import { useSession } from "@/lib/client-context";

export function SignInPage() {
  const state = useSession();
  const ended = state.status === "signed-out" && state.reason === "ended";
  return (
    <SignInForm
      ended={ended}
      footer={
        <>
          New here? <Link to="/sign-up">Create an account</Link>
        </>
      }
    />
  );
}
