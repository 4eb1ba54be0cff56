// Where the account is signed in: this device first, then the others, each with its way out.
import { type ReactNode, useState } from "react";
import { Button } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { Fault } from "@/components/fault";
import { MoreRows } from "@/components/more-rows";
import { errorText } from "@/lib/error-text";
import { texts } from "@/texts/texts";
import { useEndSession } from "../api/end-session";
import { useSessions } from "../api/list-sessions";
import { LoadState } from "./load-state";
import { SessionRow } from "./session-row";
import styles from "./settings.module.css";
import { SettingsPage, SettingsSection } from "./settings-page";

export function SessionSettings({ back }: { back: ReactNode }) {
  const { sessions: words } = texts.settings;
  const { nav } = texts.account;
  const list = useSessions();
  const end = useEndSession();
  const [asking, setAsking] = useState(false);
  const all = list.data?.pages.flatMap((page) => page.items) ?? [];
  const here = all.find((session) => session.current);
  const others = all.filter((session) => !session.current);
  const endAll = () => end.mutate("others", { onSuccess: () => setAsking(false) });
  if (!list.data)
    return (
      <SettingsPage title={nav.sessions} lead={words.lead} back={back}>
        <LoadState error={list.error} onRetry={() => void list.refetch()} />
      </SettingsPage>
    );
  return (
    <SettingsPage title={nav.sessions} lead={words.lead} back={back}>
      {here && (
        <SettingsSection title={words.here}>
          <SessionRow session={here} />
        </SettingsSection>
      )}
      <SettingsSection title={words.others}>
        {others.length === 0 && <p className={styles.block}>{words.none}</p>}
        <ul>
          {others.map((session) => (
            <SessionRow
              key={session.session_id}
              session={session}
              busy={end.isPending && end.variables === session.session_id}
              onEnd={() => end.mutate(session.session_id)}
            />
          ))}
        </ul>
        <MoreRows hasMore={list.hasNextPage} busy={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
      </SettingsSection>
      {end.isError && !asking && <Fault>{errorText(end.error)}</Fault>}
      <div className="visually-hidden" role="status">
        {end.isSuccess ? words.ended : ""}
      </div>
      {others.length > 0 && (
        <div className={styles.buttons}>
          <Button kind="danger" icon="leave" onClick={() => setAsking(true)}>
            {words.endAll}
          </Button>
        </div>
      )}
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={words.endAllTitle}
        explain={words.endAllExplain}
        confirm={words.endAll}
        danger
        busy={end.isPending}
        error={end.error}
        onConfirm={endAll}
      />
    </SettingsPage>
  );
}
