// Says when live messages don't arrive, and lets the person try again at once.
import { useEffect, useState, useSyncExternalStore } from "react";
import { useConnection, useLive } from "@/lib/client-context";
import type { ConnectionState } from "@/sdk/socket-connection";
import { Button } from "./button";
import styles from "./connection-banner.module.css";
import { Icon } from "./icon";

const GRACE_MS = 1_500;

export function ConnectionBanner() {
  const { socket } = useLive();
  const state = useConnection();
  const online = useOnline();
  const late = useLate(state.status !== "open", GRACE_MS);
  useEffect(() => {
    if (online) socket.reconnectNow();
  }, [online, socket]);
  if (state.status === "open") return <Degraded names={state.degraded} />;
  if (state.status === "idle" || (!late && online)) return null;
  return (
    <div className={styles.banner} role="status">
      <Icon name={online ? "retry" : "alert"} size={17} />
      <span>{online ? <Reason state={state} /> : "You're offline. Messages are kept and sent later."}</span>
      {online && state.status !== "connecting" && (
        <Button kind="quiet" size="small" onClick={() => socket.reconnectNow()}>
          Reconnect now
        </Button>
      )}
    </div>
  );
}

const LOSSES: readonly (readonly [string, string])[] = [
  ["message_store", "Chat is unavailable for the moment. Messages are kept and sent later."],
  ["postgres", "Messages can't be stored for the moment. They are kept and sent later."],
  ["nats", "New messages may take a few seconds longer than usual."],
  ["social_graph", "Finding and following people is unavailable for the moment."],
  ["auth", "Signing in is unavailable for the moment."],
  ["redis", "Who is online can't be shown for the moment."],
];

/** What the person notices of the worst that is down on the server. */
function Degraded({ names }: { names: readonly string[] }) {
  const loss = LOSSES.find(([name]) => names.includes(name));
  if (!loss) return null;
  return (
    <div className={styles.banner} role="status">
      <Icon name="alert" size={17} />
      <span>{loss[1]}</span>
    </div>
  );
}

function Reason({ state }: { state: ConnectionState }) {
  const retryAt = state.status === "waiting" ? state.retryAt : undefined;
  const seconds = useCountdown(retryAt);
  if (state.status === "stopped") return "Live messages have stopped.";
  if (seconds === undefined || seconds < 1) return "Reconnecting…";
  return (
    <>
      Connection lost. <span aria-hidden="true">Trying again in {seconds} s.</span>
    </>
  );
}

function useCountdown(until: number | undefined): number | undefined {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (until === undefined) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [until]);
  return until === undefined ? undefined : Math.max(0, Math.ceil((until - now) / 1000));
}

/** Turns true once `condition` has held for a while: a blink of the connection is not worth a banner. */
function useLate(condition: boolean, afterMs: number): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!condition) {
      setLate(false);
      return;
    }
    const timer = setTimeout(() => setLate(true), afterMs);
    return () => clearTimeout(timer);
  }, [condition, afterMs]);
  return late;
}

function useOnline(): boolean {
  return useSyncExternalStore(subscribeOnline, () => navigator.onLine);
}

function subscribeOnline(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}
