// A copy of all data, and the end of the account.
import { type ReactNode, useState } from "react";
import { Button } from "@/components/button";
import { Fault } from "@/components/fault";
import { Icon } from "@/components/icon";
import { Spinner } from "@/components/spinner";
import { useLive } from "@/lib/client-context";
import { errorText } from "@/lib/error-text";
import { saveFile } from "@/lib/save-file";
import { toApiError } from "@/sdk/api-error";
import { texts } from "@/texts/texts";
import { useExport } from "../api/get-export";
import { useStartExport } from "../api/start-export";
import { DeleteAccount } from "./delete-account";
import styles from "./settings.module.css";
import { SettingsPage, SettingsSection } from "./settings-page";

export function DataSettings({ back }: { back: ReactNode }) {
  const { data: words } = texts.settings;
  const { nav } = texts.account;
  return (
    <SettingsPage title={nav.data} lead={words.lead} back={back}>
      <ExportSection />
      <DeleteAccount />
    </SettingsPage>
  );
}

/** Whoever comes back within the day finds the copy they asked for. */
function useKeptExport(userId: string) {
  const key = `pulse.export.${userId}`;
  const [id, setId] = useState(() => localStorage.getItem(key) ?? undefined);
  const keep = (next: string | undefined) => {
    if (next) localStorage.setItem(key, next);
    else localStorage.removeItem(key);
    setId(next);
  };
  return [id, keep] as const;
}

function ExportSection() {
  const { data: words } = texts.settings;
  const { me } = useLive();
  const [id, keep] = useKeptExport(me.id);
  const start = useStartExport();
  const copy = useExport(id);
  const gone = copy.isError && toApiError(copy.error).status === 404;
  const ask = () => start.mutate(undefined, { onSuccess: ({ export_id }) => keep(export_id) });
  const archive = copy.data;
  const error = start.error ?? (gone ? undefined : copy.error);
  const making = id !== undefined && !archive && !copy.isError;
  return (
    <SettingsSection title={words.export} lead={words.exportLead}>
      <div className={styles.block}>
        {making && (
          <div className={styles.buttons} role="status">
            <Spinner label={words.making} />
            <p className={styles.note}>{words.making}</p>
          </div>
        )}
        {archive && (
          <p className={styles.done} role="status">
            <Icon name="check" size={18} />
            {words.ready}
          </p>
        )}
        {gone && <p className={styles.note}>{words.gone}</p>}
        {error && <Fault>{errorText(error)}</Fault>}
        <div className={styles.buttons}>
          {archive && (
            <Button icon="download" onClick={() => saveFile(archive, `pulsechat-${me.username}.zip`)}>
              {words.download}
            </Button>
          )}
          {!making && (
            <Button kind={archive ? "quiet" : "secondary"} icon="file" busy={start.isPending} onClick={ask}>
              {archive ? words.again : words.ask}
            </Button>
          )}
        </div>
      </div>
    </SettingsSection>
  );
}
