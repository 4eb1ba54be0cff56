// The choice of how others see the person, as part of a menu.
import { Menu } from "@base-ui/react/menu";
import { MenuChoice, MenuItem, Submenu } from "@/components/menu";
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
          <MenuChoice key={value} value={value} mark={<Dot status={value} />} label={words[value]} />
        ))}
      </Menu.RadioGroup>
      <Submenu
        mark={<Dot status="dnd" />}
        label={status === "dnd" && until ? words.until(formatClock(new Date(until).toISOString())) : words.dnd}
        title={words.dnd}
        chosen={status === "dnd"}
      >
        {endings().map(([label, end]) => (
          <MenuItem
            key={label}
            label={label}
            onSelect={() => choose.mutate({ status: "dnd", ...(end !== undefined && { until: end }) })}
          />
        ))}
      </Submenu>
      {choose.isError && (
        <p className={styles.fault} role="alert">
          {words.failed}
        </p>
      )}
    </>
  );
}

function Dot({ status }: { status: OwnStatus }) {
  return <span className={styles.dot} data-status={status} />;
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
