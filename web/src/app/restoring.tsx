// While an earlier session is being taken up, or can't be for want of a connection.
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { Spinner } from "@/components/spinner";
import { useServer, useSession } from "@/lib/client-context";
import styles from "./restoring.module.css";

export function Restoring() {
  const { session } = useServer();
  const state = useSession();
  return (
    <main className={styles.splash}>
      {state.status === "unreachable" ? (
        <EmptyState icon="alert" title="We can't reach PulseChat">
          <p>Check your connection. You are still signed in.</p>
          <Button onClick={() => void session.restore()}>Try again</Button>
        </EmptyState>
      ) : (
        <Spinner label="Signing you in" />
      )}
    </main>
  );
}
