import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { SignIn } from "@/features/auth/components/sign-in";
import { useArrival, useArrived } from "@/lib/arrival";
import { useSession } from "@/lib/client-context";

export function SignInPage() {
  const state = useSession();
  const arrival = useArrival();
  const { code, error } = useArrived();
  useEffect(() => () => arrival.forget("error"), [arrival]);
  return (
    <SignIn
      code={code}
      error={error}
      ended={state.status === "signed-out" && state.reason === "ended"}
      onRestart={() => arrival.forget("code", "error")}
      forgot={<Link to="/forgot-password">Forgot password?</Link>}
      footer={
        <>
          New here? <Link to="/sign-up">Create an account</Link>
        </>
      }
    />
  );
}
