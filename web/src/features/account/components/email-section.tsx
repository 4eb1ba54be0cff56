// The address of the account: which one, whether it is confirmed, and another one in its place.
import { type ReactNode, useState } from "react";
import { Button } from "@/components/button";
import { Icon } from "@/components/icon";
import { Modal } from "@/components/modal";
import { TextField } from "@/components/text-field";
import { useLive, useServer } from "@/lib/client-context";
import { fieldText } from "@/lib/field-text";
import { toApiError } from "@/sdk/api-error";
import { texts } from "@/texts/texts";
import { useChangeEmail } from "../api/change-email";
import { ProofForm } from "./proof-form";
import styles from "./settings.module.css";
import { SettingsSection } from "./settings-page";

/** `resend` sends the link of an address that waits again. */
export function EmailSection({ resend }: { resend: ReactNode }) {
  const { profile: words } = texts.settings;
  const { me } = useLive();
  const [changing, setChanging] = useState(false);
  const waits = me.pending_email ?? (me.email_verified ? null : me.email);
  return (
    <SettingsSection title={words.email} lead={words.emailLead}>
      <div className={styles.entry}>
        <span className={styles.badge}>
          <Icon name="mail" />
        </span>
        <div>
          {me.email ? (
            <strong>
              <bdi>{me.email}</bdi>
              <span className={styles.pill} data-kind={me.email_verified ? "good" : "warn"}>
                {me.email_verified ? words.verified : words.unverified}
              </span>
            </strong>
          ) : (
            <strong>{words.emailNone}</strong>
          )}
          {me.pending_email && <p>{words.pending(me.pending_email)}</p>}
        </div>
        <Button kind="secondary" size="small" onClick={() => setChanging(true)}>
          {me.email ? words.changeEmail : words.addEmail}
        </Button>
      </div>
      {waits && <div className={styles.block}>{resend}</div>}
      <Modal
        open={changing}
        onClose={() => setChanging(false)}
        title={me.email ? words.changeEmail : words.addEmail}
        explain={words.emailExplain}
      >
        <ChangeEmail onDone={() => setChanging(false)} />
      </Modal>
    </SettingsSection>
  );
}

function ChangeEmail({ onDone }: { onDone: () => void }) {
  const { profile: words } = texts.settings;
  const { me } = useLive();
  const { session } = useServer();
  const change = useChangeEmail();
  const [email, setEmail] = useState("");
  const [fault, setFault] = useState<string>();
  const [sentTo, setSentTo] = useState<string>();
  const address = email.trim();
  const looksRight = () => {
    const right = /^[^\s@]+@[^\s@]+$/.test(address);
    setFault(right ? undefined : texts.errors.fields["email.invalid"]);
    return right;
  };
  if (sentTo)
    return (
      <div className={styles.proof} role="status">
        <p className={styles.done}>
          <Icon name="check" size={18} />
          {words.emailSent(sentTo)}
        </p>
        <Button onClick={onDone}>{texts.common.close}</Button>
      </div>
    );
  return (
    <ProofForm
      button={words.sendLink}
      check={looksRight}
      onSubmit={async ({ password }) => {
        try {
          await change.mutateAsync({ email: address, ...(password && { password }) });
        } catch (cause) {
          const [first] = toApiError(cause).fields.filter(({ field }) => field === "email");
          if (!first) throw cause;
          setFault(fieldText(first));
          return;
        }
        session.updateUser({ ...me, pending_email: address });
        setSentTo(address);
      }}
    >
      <TextField
        label={words.newEmail}
        type="email"
        autoComplete="email"
        dir="ltr"
        value={email}
        fault={fault}
        onChange={(event) => setEmail(event.target.value)}
      />
    </ProofForm>
  );
}
