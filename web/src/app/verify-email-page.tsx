import { Link } from "@tanstack/react-router";
import { VerifyEmail } from "@/features/auth/components/verify-email";
import { useArrived } from "@/lib/arrival";
import { useSession } from "@/lib/client-context";

export function VerifyEmailPage() {
  const { token } = useArrived();
  const { status } = useSession();
  return <VerifyEmail token={token} onward={<Link to="/">{status === "signed-in" ? "Continue" : "Sign in"}</Link>} />;
}
