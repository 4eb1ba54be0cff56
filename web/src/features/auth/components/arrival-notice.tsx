// Tells somebody who is signed in how their visit to an outside provider ended.
import { IconButton } from "@/components/button";
import { Icon } from "@/components/icon";
import { useArrival, useArrived } from "@/lib/arrival";
import { useProviders } from "@/lib/queries/providers";
import { texts } from "@/texts/texts";
import styles from "./account-banner.module.css";
import { outsideText } from "./outside-texts";

export function ArrivalNotice() {
  const words = texts.auth.outside;
  const arrival = useArrival();
  const { linked, error } = useArrived();
  if (!linked && !error) return null;
  return (
    <section className={styles.banner} data-kind={linked ? "good" : "fault"} aria-label={words.label}>
      <Icon name={linked ? "check" : "alert"} size={17} />
      <p role={linked ? "status" : "alert"}>{linked ? <Linked id={linked} /> : outsideText(error ?? "")}</p>
      <IconButton icon="close" label={words.close} onClick={() => arrival.forget("linked", "error")} />
    </section>
  );
}

function Linked({ id }: { id: string }) {
  const name = useProviders().find((provider) => provider.id === id)?.name ?? id;
  return <>{texts.auth.outside.linked(name)}</>;
}
