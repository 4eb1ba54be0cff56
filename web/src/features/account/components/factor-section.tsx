// The second factor: switching it on and off, and new recovery codes.
import { useState } from "react";
import { Button } from "@/components/button";
import { Icon } from "@/components/icon";
import { Modal } from "@/components/modal";
import { useLive, useServer } from "@/lib/client-context";
import { texts } from "@/texts/texts";
import { useDisableTotp } from "../api/disable-totp";
import { useRenewRecoveryCodes } from "../api/renew-recovery-codes";
import { FactorSetUp } from "./factor-set-up";
import { ProofForm } from "./proof-form";
import { RecoveryCodes } from "./recovery-codes";
import styles from "./settings.module.css";
import { SettingsSection } from "./settings-page";

type Step = "set-up" | "off" | "renew" | { codes: readonly string[] };

export function FactorSection() {
  const { security: words } = texts.settings;
  const { me } = useLive();
  const { session } = useServer();
  const disable = useDisableTotp();
  const renew = useRenewRecoveryCodes();
  const [step, setStep] = useState<Step>();
  const close = () => setStep(undefined);
  const switched = (totp_enabled: boolean) => session.updateUser({ ...me, totp_enabled });
  return (
    <SettingsSection title={words.factor}>
      <div className={styles.entry}>
        <span className={styles.badge} data-kind={me.totp_enabled ? "good" : undefined}>
          <Icon name="shield" />
        </span>
        <div>
          <strong>{me.totp_enabled ? words.on : words.off}</strong>
          <p>{me.totp_enabled ? words.factorOn : words.factorOff}</p>
        </div>
        {!me.totp_enabled && <Button onClick={() => setStep("set-up")}>{words.turnOn}</Button>}
      </div>
      {me.totp_enabled && (
        <div className={styles.block}>
          <div className={styles.buttons}>
            <Button kind="secondary" size="small" icon="key" onClick={() => setStep("renew")}>
              {words.newCodes}
            </Button>
            <Button kind="danger" size="small" onClick={() => setStep("off")}>
              {words.turnOff}
            </Button>
          </div>
        </div>
      )}
      <Modal open={step === "set-up"} onClose={close} title={words.setUpTitle}>
        <FactorSetUp
          onActive={(codes) => {
            switched(true);
            setStep({ codes });
          }}
        />
      </Modal>
      <Modal open={step === "renew"} onClose={close} title={words.newCodes} explain={words.newCodesExplain}>
        <ProofForm
          withCode
          button={words.newCodes}
          onSubmit={async ({ code = "", ...proof }) => {
            const answer = await renew.mutateAsync({ ...proof, code });
            setStep({ codes: answer.recovery_codes });
          }}
        />
      </Modal>
      <Modal open={step === "off"} onClose={close} title={words.turnOffTitle} explain={words.turnOffExplain}>
        <ProofForm
          withCode
          danger
          button={words.turnOff}
          onSubmit={async ({ code = "", ...proof }) => {
            await disable.mutateAsync({ ...proof, code });
            switched(false);
            close();
          }}
        />
      </Modal>
      {typeof step === "object" && <RecoveryCodes codes={step.codes} onClose={close} />}
    </SettingsSection>
  );
}
