// A quiet reminder, for as long as the address of the account is not confirmed.
import { Button } from "@/components/button";
import { Icon } from "@/components/icon";
import { useLive } from "@/lib/client-context";
import { errorText } from "@/lib/error-text";
import { useServerConfig } from "@/lib/queries/config";
import { useResendVerification } from "../api/resend-verification";
import styles from "./account-banner.module.css";

export function VerifyEmailBanner() {
  const { me } = useLive();
  const { data: config } = useServerConfig();
  const resend = useResendVerification();
  const address = me.pending_email ?? me.email;
  if (me.email_verified || !address) return null;
  const sent = resend.isSuccess;
  const why = config?.require_verified_email ? " to write to people and follow them" : "";
  return (
    <section className={styles.banner} aria-label="Confirm your email">
      <Icon name="mail" size={17} />
      <p role="status">
        {sent ? "A new link is on its way to " : `Confirm your email${why}`}
        <span className={sent ? undefined : styles.where}>
          {!sent && ": open the link we sent to "}
          <strong>{address}</strong>.
        </span>
        {resend.isError && <span className={styles.fault}> {errorText(resend.error)}</span>}
      </p>
      {!sent && (
        <Button kind="quiet" size="small" busy={resend.isPending} onClick={() => resend.mutate()}>
          Send the link again
        </Button>
      )}
    </section>
  );
}
