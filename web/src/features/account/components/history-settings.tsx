// The security history of the account.
import type { ReactNode } from "react";
import { EmptyState } from "@/components/empty-state";
import { Icon, type IconName } from "@/components/icon";
import { MoreRows } from "@/components/more-rows";
import { formatFull } from "@/lib/format-time";
import { texts } from "@/texts/texts";
import { type SecurityEvent, useSecurityEvents } from "../api/list-security-events";
import { deviceName } from "../model/device";
import { LoadState } from "./load-state";
import styles from "./settings.module.css";
import { SettingsPage } from "./settings-page";

export function HistorySettings({ back }: { back: ReactNode }) {
  const { history: words } = texts.settings;
  const { nav } = texts.account;
  const list = useSecurityEvents();
  const events = list.data?.pages.flatMap((page) => page.items);
  return (
    <SettingsPage title={nav.history} lead={words.lead} back={back}>
      {!events && <LoadState error={list.error} onRetry={() => void list.refetch()} />}
      {events?.length === 0 && <EmptyState icon="clock" title={words.empty} compact />}
      {events && events.length > 0 && (
        <ul className={styles.card} aria-label={nav.history}>
          {events.map((event) => (
            <EventRow key={event.id} event={event} />
          ))}
        </ul>
      )}
      <MoreRows hasMore={list.hasNextPage} busy={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
    </SettingsPage>
  );
}

/** What failed or was locked stands out. */
const BAD = /(failed|locked|token_reused)$/;

function iconOf(event: string): IconName {
  if (BAD.test(event)) return "alert";
  const noun = event.split(".")[0] ?? "";
  const icons: Record<string, IconName> = { email: "mail", password: "key", session: "display", account: "people" };
  return icons[noun] ?? "lock";
}

function EventRow({ event: { event, created_at, ip, user_agent } }: { event: SecurityEvent }) {
  const { history: words } = texts.settings;
  const from = [user_agent && deviceName(user_agent), ip].filter(Boolean).join(" · ");
  return (
    <li className={styles.entry}>
      <span className={styles.badge} data-kind={BAD.test(event) ? "bad" : undefined}>
        <Icon name={iconOf(event)} />
      </span>
      <div>
        <strong>{words.events[event] ?? words.other}</strong>
        <p>
          <time dateTime={created_at}>{formatFull(created_at)}</time>
          {from && ` · ${from}`}
        </p>
      </div>
    </li>
  );
}
