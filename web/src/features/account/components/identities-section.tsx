// Outside accounts: linked ones with the way to part, the others with the way to link.
import { useState } from "react";
import { Button } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { Fault } from "@/components/fault";
import { Icon } from "@/components/icon";
import { errorText } from "@/lib/error-text";
import { useProviders } from "@/lib/queries/providers";
import { toApiError } from "@/sdk/api-error";
import type { components } from "@/sdk/schema";
import { texts } from "@/texts/texts";
import { useLinkIdentity } from "../api/link-identity";
import { useIdentities } from "../api/list-identities";
import { useUnlinkIdentity } from "../api/unlink-identity";
import { LoadState } from "./load-state";
import styles from "./settings.module.css";
import { SettingsSection } from "./settings-page";

type Identity = components["schemas"]["Identity"];

export function IdentitiesSection() {
  const { security: words } = texts.settings;
  const identities = useIdentities();
  const providers = useProviders();
  const link = useLinkIdentity();
  const [parting, setParting] = useState<Identity>();
  const linked = identities.data ?? [];
  const open = providers.filter(({ id }) => !linked.some(({ provider }) => provider === id));
  const leaveFor = (provider: string) => link.mutate(provider, { onSuccess: ({ url }) => window.location.assign(url) });
  return (
    <SettingsSection title={words.outside} lead={words.outsideLead}>
      {!identities.data && <LoadState error={identities.error} onRetry={() => void identities.refetch()} />}
      {identities.data && linked.length + open.length === 0 && <p className={styles.block}>{words.outsideNone}</p>}
      <ul>
        {linked.map((identity) => (
          <li key={identity.provider} className={styles.entry}>
            <span className={styles.badge} data-kind="good">
              <Icon name="key" />
            </span>
            <div>
              <strong>{identity.name}</strong>
              <p>{identity.email ? words.linkedAs(identity.email) : words.linked}</p>
            </div>
            <Button
              kind="secondary"
              size="small"
              aria-label={words.unlink(identity.name)}
              onClick={() => setParting(identity)}
            >
              {words.unlinkButton}
            </Button>
          </li>
        ))}
        {open.map(({ id, name }) => (
          <li key={id} className={styles.entry}>
            <span className={styles.badge}>
              <Icon name="key" />
            </span>
            <div>
              <strong>{name}</strong>
              <p>{words.notLinked}</p>
            </div>
            <Button
              kind="secondary"
              size="small"
              busy={link.isPending && link.variables === id}
              onClick={() => leaveFor(id)}
            >
              {words.link(name)}
            </Button>
          </li>
        ))}
      </ul>
      {link.isError && (
        <div className={styles.block}>
          <Fault>{errorText(link.error)}</Fault>
        </div>
      )}
      {parting && <Unlink identity={parting} onClose={() => setParting(undefined)} />}
    </SettingsSection>
  );
}

function Unlink({ identity, onClose }: { identity: Identity; onClose: () => void }) {
  const { security: words } = texts.settings;
  const unlink = useUnlinkIdentity();
  const lastWay = unlink.isError && toApiError(unlink.error).code === "conflict";
  return (
    <Confirm
      open
      onClose={onClose}
      title={words.unlinkTitle(identity.name)}
      explain={words.unlinkExplain(identity.name)}
      confirm={words.unlinkButton}
      danger
      busy={unlink.isPending}
      error={lastWay ? undefined : (unlink.error ?? undefined)}
      onConfirm={() => unlink.mutate(identity.provider, { onSuccess: onClose })}
    >
      {lastWay && <Fault>{words.lastWay}</Fault>}
    </Confirm>
  );
}
