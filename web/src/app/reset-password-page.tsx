import { Link } from "@tanstack/react-router";
import { ResetPassword } from "@/features/auth/components/reset-password";
import { useArrived } from "@/lib/arrival";

export function ResetPasswordPage() {
  const { token } = useArrived();
  return (
    <ResetPassword
      key={token}
      token={token}
      signIn={<Link to="/sign-in">Sign in</Link>}
      askAgain={<Link to="/forgot-password">Ask for a new link</Link>}
    />
  );
}
