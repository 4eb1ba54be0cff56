import { Link } from "@tanstack/react-router";
import { VerifyEmail } from "@/features/auth/components/verify-email";
import { useArrived } from "@/lib/arrival";
import { useSession } from "@/lib/client-context";
import { texts } from "@/texts/texts";
import { useTitle } from "./use-title";

export function VerifyEmailPage() {
  useTitle(texts.auth.reminder.label);
  const { token } = useArrived();
  const { status } = useSession();
  return (
    <VerifyEmail
      token={token}
      onward={<Link to="/">{status === "signed-in" ? texts.auth.verify.go : texts.auth.signIn}</Link>}
    />
  );
}
