import { Link } from "@tanstack/react-router";
import { ForgotPassword } from "@/features/auth/components/forgot-password";

export function ForgotPasswordPage() {
  return <ForgotPassword footer={<Link to="/sign-in">Back to sign in</Link>} />;
}
