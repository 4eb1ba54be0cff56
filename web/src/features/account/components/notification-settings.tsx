// What one is told of: the level for the whole account, and what this device does, which comes from the app.
import type { ReactNode } from "react";
import { ChoiceRow } from "@/components/choice-row";
import { Fault } from "@/components/fault";
import { useLive } from "@/lib/client-context";
import { errorText } from "@/lib/error-text";
import { texts } from "@/texts/texts";
import { useUpdateMe } from "../api/update-me";
import { SettingsPage, SettingsSection } from "./settings-page";

export function NotificationSettings({ back, device }: { back: ReactNode; device?: ReactNode }) {
  const { notifications: words } = texts.settings;
  const { nav } = texts.account;
  const { me } = useLive();
  const update = useUpdateMe();
  const level = (update.isPending && update.variables.settings?.notification_level) || me.settings.notification_level;
  return (
    <SettingsPage title={nav.notifications} lead={words.lead} back={back}>
      {update.isError && <Fault>{errorText(update.error)}</Fault>}
      <SettingsSection title={words.account}>
        <ChoiceRow
          label={words.level}
          hint={words.levelHint}
          choices={[
            { value: "all", label: words.all },
            { value: "mentions", label: words.mentions },
            { value: "none", label: words.none },
          ]}
          value={level}
          onChange={(notification_level) => update.mutate({ settings: { notification_level } })}
        />
      </SettingsSection>
      {device}
    </SettingsPage>
  );
}
