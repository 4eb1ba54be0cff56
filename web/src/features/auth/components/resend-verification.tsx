// Sends another link to confirm the address, and says that it did.
import { Button } from "@/components/button";
import { errorText } from "@/lib/error-text";
import type { Me } from "@/sdk/types";
import { useResendVerification } from "../api/resend-verification";
import { FormFault } from "./auth-card";
import styles from "./auth-card.module.css";

export function ResendVerification({ user }: { user: Pick<Me, "email" | "pending_email"> }) {
  const resend = useResendVerification();
  if (resend.isSuccess)
    return (
      <p role="status" className={styles.note}>
        A new link is on its way to {user.pending_email ?? user.email}. Look into the spam folder, too.
      </p>
    );
  return (
    <>
      <FormFault text={resend.isError ? errorText(resend.error) : undefined} />
      <Button size="large" busy={resend.isPending} onClick={() => resend.mutate()}>
        {resend.isPending ? "Sending…" : "Send another link"}
      </Button>
    </>
  );
}
