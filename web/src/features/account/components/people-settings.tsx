// The frame around the lists of people one does not want to hear from; the lists come from the app.
import type { ReactNode } from "react";
import { texts } from "@/texts/texts";
import { SettingsPage, SettingsSection } from "./settings-page";

interface Props {
  back: ReactNode;
  blocked: ReactNode;
  muted: ReactNode;
}

export function PeopleSettings({ back, blocked, muted }: Props) {
  const { people: words } = texts.settings;
  const { nav } = texts.account;
  return (
    <SettingsPage title={nav.people} lead={words.lead} back={back}>
      <SettingsSection title={words.blocked} lead={words.blockedLead}>
        {blocked}
      </SettingsSection>
      <SettingsSection title={words.muted} lead={words.mutedLead}>
        {muted}
      </SettingsSection>
    </SettingsPage>
  );
}
