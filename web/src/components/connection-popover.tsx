// The popup of the connection's details under its button.
import { Popover } from "@base-ui/react/popover";
import { useConnection, useLive } from "@/lib/client-context";
import { formatFull } from "@/lib/format-time";
import { usePresence } from "@/lib/live/presence";
import { texts } from "@/texts/texts";
import styles from "./connection-banner.module.css";
import { DetailsLabel, type DetailsProps } from "./connection-details";

export function ConnectionPopover({ label, opened = false }: DetailsProps & { opened?: boolean }) {
  const words = texts.live;
  return (
    <Popover.Root defaultOpen={opened}>
      <Popover.Trigger
        className={styles.more}
        data-labelled={label ? true : undefined}
        aria-label={label ? undefined : words.details}
      >
        <DetailsLabel label={label} />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6}>
          <Popover.Popup className={styles.details}>
            <Popover.Title className={styles.title}>{words.details}</Popover.Title>
            <Facts />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Facts() {
  const state = useConnection();
  const { me } = useLive();
  const seen = usePresence([me.id]).get(me.id)?.status;
  const words = texts.live.connection;
  const facts: [string, string][] = [
    [words.state, words.states[state.status]],
    [words.server, window.location.host],
  ];
  if (state.status === "open") {
    const { latencyMs, since, transport, connectionId, degraded } = state;
    facts.push(
      [words.latency, latencyMs === undefined ? words.unknown : words.milliseconds(Math.round(latencyMs))],
      [words.transport, words[transport]],
      [words.since, formatFull(new Date(since).toISOString())],
      [words.id, connectionId],
    );
    if (seen && seen !== "unknown") facts.push([words.presence, words.seen[seen]]);
    for (const name of degraded) facts.push([name, texts.live.degraded[name] ?? name]);
  }
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
