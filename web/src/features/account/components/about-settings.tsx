// What this is, how to install it, and where its keys are explained.
import type { ReactNode } from "react";
import { Button } from "@/components/button";
import { ConnectionDetails } from "@/components/connection-details";
import { useServerConfig } from "@/lib/queries/config";
import { texts } from "@/texts/texts";
import styles from "./settings.module.css";
import { SettingsPage, SettingsSection } from "./settings-page";

interface Props {
  back: ReactNode;
  version: string;
  /** How it can be installed here; `undefined` when the browser offers no way. */
  install?: (() => void) | undefined;
  installed: boolean;
  onShowKeys: () => void;
}

export function AboutSettings({ back, version, install, installed, onShowKeys }: Props) {
  const { about: words } = texts.settings;
  const { nav } = texts.account;
  const { data: config } = useServerConfig();
  return (
    <SettingsPage title={nav.about} lead={words.lead} back={back}>
      <SettingsSection title="PulseChat">
        <Fact name={words.version} value={version} />
        <Fact name={words.server} value={config?.url ?? window.location.origin} />
        <div className={styles.entry}>
          <div>
            <strong>{words.connection}</strong>
            <ConnectionDetails label={texts.live.details} />
          </div>
        </div>
        <Fact name={words.licenceTitle} value={words.licence} />
        <div className={styles.entry}>
          <div>
            <strong>{words.api}</strong>
            <a href="/v1/docs">{words.apiLink}</a>
          </div>
        </div>
      </SettingsSection>
      <SettingsSection title={words.keyboard} lead={words.keyboardLead}>
        <div className={styles.block}>
          <div className={styles.buttons}>
            <Button kind="secondary" icon="keyboard" onClick={onShowKeys}>
              {words.show}
            </Button>
          </div>
        </div>
      </SettingsSection>
      {(install || installed) && (
        <SettingsSection title={words.install} lead={words.installLead}>
          <div className={styles.block}>
            {installed ? (
              <p className={styles.note}>{words.installed}</p>
            ) : (
              <div className={styles.buttons}>
                <Button icon="download" onClick={install}>
                  {words.installButton}
                </Button>
              </div>
            )}
          </div>
        </SettingsSection>
      )}
    </SettingsPage>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div className={styles.entry}>
      <div>
        <strong>{name}</strong>
        <p>
          <bdi>{value}</bdi>
        </p>
      </div>
    </div>
  );
}
