// How a conversation tells and where it stands in one's own list: mute, pin, archive.
import type { ReactNode } from "react";
import { ActionButton } from "@/components/action-menu";
import { Fault } from "@/components/fault";
import { Icon, type IconName } from "@/components/icon";
import { errorText } from "@/lib/error-text";
import { isMuted } from "@/lib/live/muted";
import { useNow } from "@/lib/use-now";
import type { Conversation } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { type MyChange, useChangeMy } from "../api/change-my";
import { MUTE_SPANS, mutedUntil, muteText } from "../model/mute";
import styles from "./details.module.css";

export function DetailsSettings({ conversation, children }: { conversation: Conversation; children?: ReactNode }) {
  const words = texts.conversations;
  const { id, my } = conversation;
  const change = useChangeMy();
  const now = useNow();
  const set = (wanted: MyChange) => change.mutate({ id, change: wanted });
  const muted = isMuted(my?.muted_until, now.getTime());
  const spans = MUTE_SPANS.map((span) => ({
    label: words.muteFor[span],
    icon: "clock" as const,
    onSelect: () => set({ muted_until: mutedUntil(span, new Date()) }),
  }));
  const unmute = { label: words.unmute, icon: "bell" as const, onSelect: () => set({ muted_until: null }) };
  return (
    <section className={styles.section} aria-label={words.notifications}>
      <div className={styles.setting}>
        <Icon name={muted ? "bellOff" : "bell"} size={20} />
        <span className={styles.what}>
          <strong>{words.notifications}</strong>
          <span>{muteText(conversation, now)}</span>
        </span>
        <ActionButton icon="down" label={muted ? words.unmute : words.mute} actions={muted ? [unmute] : spans} />
      </div>
      {children}
      <Switch
        icon="pin"
        label={words.pin}
        explain={words.pinText}
        on={my?.pinned ?? false}
        onChange={(pinned) => set({ pinned })}
      />
      <Switch
        icon="archive"
        label={words.archive}
        explain={words.archiveText}
        on={my?.archived ?? false}
        onChange={(archived) => set({ archived })}
      />
      {change.error && <Fault>{errorText(change.error)}</Fault>}
    </section>
  );
}

interface SwitchProps {
  icon: IconName;
  label: string;
  explain: string;
  on: boolean;
  onChange: (on: boolean) => void;
}

function Switch({ icon, label, explain, on, onChange }: SwitchProps) {
  return (
    <label className={styles.setting}>
      <Icon name={icon} size={20} />
      <span className={styles.what}>
        <strong>{label}</strong>
        <span>{explain}</span>
      </span>
      <input
        type="checkbox"
        role="switch"
        aria-checked={on}
        className={styles.switch}
        checked={on}
        onChange={(event) => onChange(event.target.checked)}
      />
    </label>
  );
}
