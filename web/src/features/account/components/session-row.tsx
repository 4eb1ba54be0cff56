// One device that is signed in.
import { Button } from "@/components/button";
import { Icon } from "@/components/icon";
import { formatAgo, formatFull } from "@/lib/format-time";
import { useProviders } from "@/lib/queries/providers";
import { useNow } from "@/lib/use-now";
import { texts } from "@/texts/texts";
import type { SessionInfo } from "../api/list-sessions";
import { deviceName, isPhone } from "../model/device";
import styles from "./settings.module.css";

interface Props {
  session: SessionInfo;
  busy?: boolean;
  /** Absent for the device in front of the person. */
  onEnd?: () => void;
}

export function SessionRow({ session, busy = false, onEnd }: Props) {
  const { sessions: words } = texts.settings;
  const now = useNow();
  const providers = useProviders();
  const name = deviceName(session.user_agent);
  const via = providers.find(({ id }) => id === session.method)?.name;
  const facts = [
    session.current ? words.activeNow : words.active(formatAgo(session.last_used_at, now)),
    session.ip,
    via && words.via(via),
  ];
  const life = [words.started(formatFull(session.created_at)), words.until(formatFull(session.expires_at))];
  const Row = onEnd ? "li" : "div";
  return (
    <Row className={styles.entry}>
      <span className={styles.badge} data-kind={session.current ? "good" : undefined}>
        <Icon name={isPhone(session.user_agent) ? "phone" : "display"} />
      </span>
      <div>
        <strong title={session.user_agent}>{name}</strong>
        <p>{facts.filter(Boolean).join(" · ")}</p>
        <p>{life.join(", ")}</p>
      </div>
      {onEnd && (
        <Button kind="secondary" size="small" busy={busy} aria-label={words.endOf(name)} onClick={onEnd}>
          {words.end}
        </Button>
      )}
    </Row>
  );
}
