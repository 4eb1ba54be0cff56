// Sends another link to confirm the address, and says that it did.
import { Button } from "@/components/button";
import { errorText } from "@/lib/error-text";
import type { Me } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useResendVerification } from "../api/resend-verification";
import { FormFault } from "./auth-card";
import styles from "./auth-card.module.css";

export function ResendVerification({ user }: { user: Pick<Me, "email" | "pending_email"> }) {
  const words = texts.auth.verify;
  const resend = useResendVerification();
  if (resend.isSuccess)
    return (
      <p role="status" className={styles.note}>
        {words.resent(user.pending_email ?? user.email ?? "")}
      </p>
    );
  return (
    <>
      <FormFault text={resend.isError ? errorText(resend.error) : undefined} />
      <Button size="large" busy={resend.isPending} onClick={() => resend.mutate()}>
        {resend.isPending ? words.resending : words.resend}
      </Button>
    </>
  );
}
