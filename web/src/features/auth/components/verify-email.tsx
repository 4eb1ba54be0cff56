// What the link in a verification mail opens: it confirms the address by itself and says how that went.
import type { ReactNode } from "react";
import { Button } from "@/components/button";
import { Spinner } from "@/components/spinner";
import { useSession } from "@/lib/client-context";
import { errorText } from "@/lib/error-text";
import { toApiError } from "@/sdk/api-error";
import { texts } from "@/texts/texts";
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
  const words = texts.auth.verify;
  const verification = useVerifyEmail(token);
  const code = verification.isError ? toApiError(verification.error).code : undefined;
  if (token === undefined || code === "invalid_code") return <Unusable opened={token !== undefined} onward={onward} />;
  if (verification.isSuccess)
    return (
      <AuthCard title={words.doneTitle} lead={words.doneLead}>
        <div className={styles.actions}>{onward}</div>
      </AuthCard>
    );
  if (code === "conflict")
    return (
      <AuthCard title={words.takenTitle} lead={words.takenLead}>
        <div className={styles.actions}>{onward}</div>
      </AuthCard>
    );
  if (verification.isError && !verification.isFetching)
    return (
      <AuthCard title={words.notYetTitle} lead={errorText(verification.error)}>
        <div className={styles.actions}>
          <Button size="large" onClick={() => void verification.refetch()}>
            {texts.common.retry}
          </Button>
        </div>
      </AuthCard>
    );
  return (
    <AuthCard title={words.confirming} lead={words.moment}>
      <Spinner label={words.confirming} />
    </AuthCard>
  );
}

/** The link is used up or was not there. What helps depends on who is signed in. */
function Unusable({ opened, onward }: { opened: boolean; onward: ReactNode }) {
  const words = texts.auth.verify;
  const session = useSession();
  if (session.status === "restoring")
    return (
      <AuthCard title={words.confirming} lead={words.moment}>
        <Spinner label={words.confirming} />
      </AuthCard>
    );
  const user = session.status === "signed-in" ? session.user : undefined;
  if (user?.email_verified && !user.pending_email)
    return (
      <AuthCard title={words.nothingTitle} lead={words.nothingLead}>
        <div className={styles.actions}>{onward}</div>
      </AuthCard>
    );
  return (
    <AuthCard
      title={opened ? texts.auth.reset.usedTitle : texts.auth.reset.missingTitle}
      lead={opened ? words.usedLead : words.missingLead}
    >
      <div className={styles.actions}>
        {user ? <ResendVerification user={user} /> : <p className={styles.note}>{words.signInFirst}</p>}
        {onward}
      </div>
    </AuthCard>
  );
}
