import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { KnownAccounts } from "@/features/auth/components/known-accounts";
import { SignIn } from "@/features/auth/components/sign-in";
import { useArrival, useArrived } from "@/lib/arrival";
import { useSession } from "@/lib/client-context";
import { texts } from "@/texts/texts";
import { useTitle } from "./use-title";

export function SignInPage() {
  useTitle(texts.auth.signIn);
  const state = useSession();
  const arrival = useArrival();
  const { code, error } = useArrived();
  useEffect(() => () => arrival.forget("error"), [arrival]);
  const username = state.status === "signed-out" ? state.username : undefined;
  return (
    <SignIn
      key={username}
      username={username}
      code={code}
      error={error}
      ended={state.status === "signed-out" && state.reason === "ended"}
      onRestart={() => arrival.forget("code", "error")}
      forgot={<Link to="/forgot-password">{texts.auth.forgotLink}</Link>}
      known={<KnownAccounts />}
      footer={
        <>
          {texts.auth.newHere} <Link to="/sign-up">{texts.auth.createLink}</Link>
        </>
      }
    />
  );
}
