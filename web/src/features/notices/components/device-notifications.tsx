// What this device does when something comes: notifications of the desktop, sounds, do not disturb.
import { useEffect, useId, useState, useSyncExternalStore } from "react";
import { Button } from "@/components/button";
import { ChoiceRow } from "@/components/choice-row";
import { SwitchRow } from "@/components/switch-row";
import { formatFull } from "@/lib/format-time";
import { texts } from "@/texts/texts";
import { askPermission, permission, showDesktop } from "../model/desktop";
import { changeDeviceSettings, deviceSettings, FOR_GOOD, subscribeDeviceSettings } from "../model/device-settings";
import { playTone } from "../model/sound";
import styles from "./device-notifications.module.css";

export function DeviceNotifications() {
  const id = useId();
  const words = texts.live.notifications;
  const settings = useSyncExternalStore(subscribeDeviceSettings, deviceSettings);
  return (
    <section className={styles.section} aria-labelledby={id}>
      <h2 id={id}>{words.title}</h2>
      <p>{words.explain}</p>
      <div className={styles.card}>
        <Desktop />
        <SwitchRow
          label={words.preview}
          hint={words.previewExplain}
          checked={settings.preview}
          onChange={(preview) => changeDeviceSettings({ preview })}
        />
        <SwitchRow
          label={words.sound}
          hint={words.soundExplain}
          checked={settings.sound}
          onChange={(sound) => {
            changeDeviceSettings({ sound });
            if (sound) void playTone();
          }}
        />
        <Quiet until={settings.quietUntil} />
      </div>
    </section>
  );
}

/** Asks by a button, explains a refusal, and lets one try. */
function Desktop() {
  const words = texts.live.notifications;
  const { desktop } = useSyncExternalStore(subscribeDeviceSettings, deviceSettings);
  const [granted, setGranted] = useState(permission);
  useEffect(() => {
    // The person may have changed it in the browser's own settings.
    const look = () => setGranted(permission());
    window.addEventListener("focus", look);
    return () => window.removeEventListener("focus", look);
  }, []);
  if (granted === "granted")
    return (
      <>
        <SwitchRow
          label={words.title}
          hint={words.on}
          checked={desktop}
          onChange={(on) => changeDeviceSettings({ desktop: on })}
        />
        {desktop && (
          <div className={styles.row}>
            <Button kind="secondary" size="small" onClick={() => void test()}>
              {words.test}
            </Button>
          </div>
        )}
      </>
    );
  if (granted === "default")
    return (
      <div className={styles.row}>
        <Button icon="bell" onClick={() => void askPermission().then(setGranted)}>
          {words.allow}
        </Button>
      </div>
    );
  const why = { denied: words.refused, unsupported: words.unsupported, insecure: words.insecure }[granted];
  return (
    <p className={styles.refused} role="status">
      {why}
    </p>
  );
}

function test(): Promise<void> {
  const { testTitle: title, testBody: body } = texts.live.notifications;
  void playTone();
  return showDesktop({ title, body, tag: "test", path: "/settings/notifications", onOpen: () => undefined });
}

function Quiet({ until }: { until: number }) {
  const words = texts.live.notifications;
  const now = Date.now();
  const active = until > now;
  const hint = !active
    ? undefined
    : until >= FOR_GOOD
      ? words.dndOn
      : words.dndUntil(formatFull(new Date(until).toISOString()));
  const ends = { off: 0, hour: now + 3_600_000, morning: nextMorning(now), good: FOR_GOOD };
  return (
    <ChoiceRow
      label={words.dnd}
      hint={hint}
      choices={[
        { value: "off", label: words.dndOff },
        { value: "hour", label: words.dndHour },
        { value: "morning", label: words.dndMorning },
        { value: "good", label: words.dndForever },
      ]}
      value={!active ? "off" : until >= FOR_GOOD ? "good" : until - now <= 3_600_000 ? "hour" : "morning"}
      onChange={(value) => changeDeviceSettings({ quietUntil: ends[value] })}
    />
  );
}

/** Eight o'clock of the next day, in the device's own time. */
function nextMorning(now: number): number {
  const day = new Date(now);
  day.setHours(day.getHours() < 8 ? 8 : 32, 0, 0, 0);
  return day.getTime();
}
