// How somebody gets in: password, second factor, outside accounts.
import type { ReactNode } from "react";
import { texts } from "@/texts/texts";
import { FactorSection } from "./factor-section";
import { IdentitiesSection } from "./identities-section";
import { PasswordSection } from "./password-section";
import { SettingsPage } from "./settings-page";

export function SecuritySettings({ back }: { back: ReactNode }) {
  const { security: words } = texts.settings;
  const { nav } = texts.account;
  return (
    <SettingsPage title={nav.security} lead={words.lead} back={back}>
      <PasswordSection />
      <FactorSection />
      <IdentitiesSection />
    </SettingsPage>
  );
}
