// A quiet reminder, for as long as the address of the account is not confirmed.
import { Button } from "@/components/button";
import { Icon } from "@/components/icon";
import { useLive } from "@/lib/client-context";
import { errorText } from "@/lib/error-text";
import { useServerConfig } from "@/lib/queries/config";
import { texts } from "@/texts/texts";
import { useResendVerification } from "../api/resend-verification";
import styles from "./account-banner.module.css";

export function VerifyEmailBanner() {
  const words = texts.auth.reminder;
  const { me } = useLive();
  const { data: config } = useServerConfig();
  const resend = useResendVerification();
  const address = me.pending_email ?? me.email;
  if (me.email_verified || !address) return null;
  const sent = resend.isSuccess;
  const what = config?.require_verified_email ? words.confirmToWrite : words.confirm;
  return (
    <section className={styles.banner} aria-label={words.label}>
      <Icon name="mail" size={17} />
      <p role="status">
        {sent ? words.sent : what}
        <span className={sent ? undefined : styles.where}>
          {!sent && words.open}
          <strong dir="ltr">{address}</strong>.
        </span>
        {resend.isError && <span className={styles.fault}> {errorText(resend.error)}</span>}
      </p>
      {!sent && (
        <Button kind="quiet" size="small" busy={resend.isPending} onClick={() => resend.mutate()}>
          {words.again}
        </Button>
      )}
    </section>
  );
}
