import { Link } from "@tanstack/react-router";
import { ForgotPassword } from "@/features/auth/components/forgot-password";
import { texts } from "@/texts/texts";
import { useTitle } from "./use-title";

export function ForgotPasswordPage() {
  useTitle(texts.auth.forgot.title);
  return <ForgotPassword footer={<Link to="/sign-in">{texts.auth.forgot.back}</Link>} />;
}
