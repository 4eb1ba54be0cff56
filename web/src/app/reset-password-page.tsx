import { Link } from "@tanstack/react-router";
import { ResetPassword } from "@/features/auth/components/reset-password";
import { useArrived } from "@/lib/arrival";
import { texts } from "@/texts/texts";
import { useTitle } from "./use-title";

export function ResetPasswordPage() {
  useTitle(texts.auth.reset.title);
  const { token } = useArrived();
  return (
    <ResetPassword
      key={token}
      token={token}
      signIn={<Link to="/sign-in">{texts.auth.signIn}</Link>}
      askAgain={<Link to="/forgot-password">{texts.auth.reset.askAgain}</Link>}
    />
  );
}
