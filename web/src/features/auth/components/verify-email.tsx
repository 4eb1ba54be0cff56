// What the link in a verification mail opens: it confirms the address by itself and says how that went.
import type { ReactNode } from "react";
import { Button } from "@/components/button";
import { Spinner } from "@/components/spinner";
import { useSession } from "@/lib/client-context";
import { errorText } from "@/lib/error-text";
import { toApiError } from "@/sdk/api-error";
import { useVerifyEmail } from "../api/verify-email";
import { AuthCard } from "./auth-card";
import styles from "./auth-card.module.css";
import { ResendVerification } from "./resend-verification";

interface Props {
  /** Of the link; absent when the page was opened without it, or loaded again. */
  token?: string | undefined;
  /** The way on: to the conversations, or to sign in. */
  onward: ReactNode;
}

export function VerifyEmail({ token, onward }: Props) {
  const verification = useVerifyEmail(token);
  const code = verification.isError ? toApiError(verification.error).code : undefined;
  if (token === undefined || code === "invalid_code") return <Unusable opened={token !== undefined} onward={onward} />;
  if (verification.isSuccess)
    return (
      <AuthCard title="Your email is confirmed" lead="Thank you. This address now belongs to your account alone.">
        <div className={styles.actions}>{onward}</div>
      </AuthCard>
    );
  if (code === "conflict")
    return (
      <AuthCard
        title="This address is taken"
        lead="Another account has confirmed it in the meantime, and an address can belong to one account only. You can set a different one for yours."
      >
        <div className={styles.actions}>{onward}</div>
      </AuthCard>
    );
  if (verification.isError && !verification.isFetching)
    return (
      <AuthCard title="We couldn't confirm it yet" lead={errorText(verification.error)}>
        <div className={styles.actions}>
          <Button size="large" onClick={() => void verification.refetch()}>
            Try again
          </Button>
        </div>
      </AuthCard>
    );
  return (
    <AuthCard title="Confirming your email" lead="This takes a moment.">
      <Spinner label="Confirming your email" />
    </AuthCard>
  );
}

/** The link is used up or was not there. What helps depends on who is signed in. */
function Unusable({ opened, onward }: { opened: boolean; onward: ReactNode }) {
  const session = useSession();
  if (session.status === "restoring")
    return (
      <AuthCard title="Confirming your email" lead="This takes a moment.">
        <Spinner label="Confirming your email" />
      </AuthCard>
    );
  const user = session.status === "signed-in" ? session.user : undefined;
  if (user?.email_verified && !user.pending_email)
    return (
      <AuthCard title="Nothing left to do" lead="The email address of your account is confirmed already.">
        <div className={styles.actions}>{onward}</div>
      </AuthCard>
    );
  return (
    <AuthCard
      title={opened ? "This link no longer works" : "Open the link once more"}
      lead={opened ? "It has been used, has expired, or a newer one was sent." : "Open the link in your mail again."}
    >
      <div className={styles.actions}>
        {user ? (
          <ResendVerification user={user} />
        ) : (
          <p className={styles.note}>If your address isn't confirmed yet, sign in and have another link sent.</p>
        )}
        {onward}
      </div>
    </AuthCard>
  );
}
