// Who finds somebody and what they see of them. Each choice is kept as it is made.
import type { ReactNode } from "react";
import { ChoiceRow } from "@/components/choice-row";
import { Fault } from "@/components/fault";
import { SwitchRow } from "@/components/switch-row";
import { useLive } from "@/lib/client-context";
import { errorText } from "@/lib/error-text";
import { texts } from "@/texts/texts";
import { type Settings, useUpdateMe } from "../api/update-me";
import { SettingsPage, SettingsSection } from "./settings-page";

export function PrivacySettings({ back }: { back: ReactNode }) {
  const { privacy: words } = texts.settings;
  const { nav } = texts.account;
  const { me } = useLive();
  const update = useUpdateMe();
  // While it is on its way, the choice is shown as made.
  const settings: Settings = { ...me.settings, ...(update.isPending ? update.variables.settings : {}) };
  const change = (settings: Partial<Settings>) => update.mutate({ settings });
  const audience = [
    { value: "connections", label: words.connections },
    { value: "nobody", label: words.nobody },
  ];
  const asker = [
    { value: "everyone", label: words.everyone },
    { value: "nobody", label: words.nobody },
  ];
  return (
    <SettingsPage title={nav.privacy} lead={words.lead} back={back}>
      {update.isError && <Fault>{errorText(update.error)}</Fault>}
      <SettingsSection title={words.finding}>
        <SwitchRow
          label={words.discoverable}
          hint={words.discoverableHint}
          checked={settings.discoverable}
          onChange={(discoverable) => change({ discoverable })}
        />
        <ChoiceRow
          label={words.whoCanFollow}
          hint={words.nobodyHint}
          choices={asker}
          value={settings.who_can_follow}
          onChange={(who_can_follow) => change({ who_can_follow })}
        />
        <SwitchRow
          label={words.approve}
          hint={words.approveHint}
          checked={settings.approve_follows}
          onChange={(approve_follows) => change({ approve_follows })}
        />
      </SettingsSection>
      <SettingsSection title={words.seeing}>
        <ChoiceRow
          label={words.presence}
          choices={audience}
          value={settings.show_presence}
          onChange={(show_presence) => change({ show_presence })}
        />
        <ChoiceRow
          label={words.lastSeen}
          choices={audience}
          value={settings.show_last_seen}
          onChange={(show_last_seen) => change({ show_last_seen })}
        />
        <SwitchRow
          label={words.readReceipts}
          hint={words.readReceiptsHint}
          checked={settings.send_read_receipts}
          onChange={(send_read_receipts) => change({ send_read_receipts })}
        />
        <SwitchRow
          label={words.typing}
          hint={words.typingHint}
          checked={settings.send_typing}
          onChange={(send_typing) => change({ send_typing })}
        />
      </SettingsSection>
    </SettingsPage>
  );
}
