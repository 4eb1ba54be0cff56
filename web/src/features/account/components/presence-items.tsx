// The choice of how others see the person, as part of a menu.
import { Menu } from "@base-ui/react/menu";
import { Icon } from "@/components/icon";
import { formatClock } from "@/lib/format-time";
import { texts } from "@/texts/texts";
import styles from "./account-menu.module.css";
import { type OwnStatus, tomorrowMorning, useOwnPresence } from "./use-own-presence";

const MINUTE_MS = 60_000;

export function PresenceItems() {
  const { presence: words, menu } = texts.account;
  const { status, until, choose } = useOwnPresence();
  const plain: readonly OwnStatus[] = ["online", "away", "invisible"];
  return (
    <>
      <Menu.RadioGroup
        aria-label={menu.presence}
        value={status}
        onValueChange={(next: OwnStatus) => choose.mutate({ status: next })}
      >
        {plain.map((value) => (
          <Menu.RadioItem key={value} value={value} closeOnClick={false} className={styles.item}>
            <span className={styles.dot} data-status={value} />
            {words[value]}
            <Menu.RadioItemIndicator className={styles.chosen}>
              <Icon name="check" size={17} />
            </Menu.RadioItemIndicator>
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
      <Menu.SubmenuRoot>
        <Menu.SubmenuTrigger className={styles.item}>
          <span className={styles.dot} data-status="dnd" />
          {status === "dnd" && until ? words.until(formatClock(new Date(until).toISOString())) : words.dnd}
          <span className={styles.chosen}>
            <Icon name={status === "dnd" ? "check" : "forward"} size={17} />
          </span>
        </Menu.SubmenuTrigger>
        <Menu.Portal>
          <Menu.Positioner sideOffset={4} alignOffset={-6} className={styles.positioner}>
            <Menu.Popup className={styles.popup} aria-label={words.dnd}>
              {endings().map(([label, end]) => (
                <Menu.Item
                  key={label}
                  className={styles.item}
                  onClick={() => choose.mutate({ status: "dnd", ...(end !== undefined && { until: end }) })}
                >
                  {label}
                </Menu.Item>
              ))}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.SubmenuRoot>
      {choose.isError && (
        <p className={styles.fault} role="alert">
          {words.failed}
        </p>
      )}
    </>
  );
}

function endings(): [string, number | undefined][] {
  const { dndFor } = texts.account.presence;
  const now = new Date();
  return [
    [dndFor.half, now.getTime() + 30 * MINUTE_MS],
    [dndFor.hour, now.getTime() + 60 * MINUTE_MS],
    [dndFor.four, now.getTime() + 240 * MINUTE_MS],
    [dndFor.morning, tomorrowMorning(now)],
    [dndFor.open, undefined],
  ];
}
