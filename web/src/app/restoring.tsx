// While an earlier session is being taken up, or can't be for want of a connection.
import { useEffect, useSyncExternalStore } from "react";
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { Logo } from "@/components/logo";
import { useServer, useSession } from "@/lib/client-context";
import { texts } from "@/texts/texts";
import styles from "./restoring.module.css";

export function Restoring() {
  const state = useSession();
  if (state.status === "unreachable")
    return (
      <main className={styles.splash}>
        <Unreachable />
      </main>
    );
  return (
    <main className="first-picture">
      <Logo size={72} />
      <p className="visually-hidden" role="status">
        {texts.app.signingIn}
      </p>
    </main>
  );
}

/** Goes on by itself when the browser is online again. */
function Unreachable() {
  const { unreachable: words } = texts.app;
  const { session } = useServer();
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  useEffect(() => {
    if (online) void session.restore();
  }, [online, session]);
  return (
    <EmptyState icon="alert" title={online ? words.title : words.offlineTitle} alone>
      <p>{online ? words.explain : words.offlineExplain}</p>
      <Button onClick={() => void session.restore()}>{texts.common.retry}</Button>
    </EmptyState>
  );
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}
