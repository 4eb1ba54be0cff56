// Says when live messages don't arrive, lets the person try again at once, and shows on demand how the connection is.
import { useEffect, useState } from "react";
import { useConnection, useLive } from "@/lib/client-context";
import { useOnline } from "@/lib/use-online";
import type { ConnectionState } from "@/sdk/connection";
import { texts } from "@/texts/texts";
import { Button } from "./button";
import styles from "./connection-banner.module.css";
import { ConnectionDetails } from "./connection-details";
import { Icon, type IconName } from "./icon";

const GRACE_MS = 1_500;
/** The worst first: one is told, the details tell all. */
const WORST = ["message_store", "postgres", "nats", "social_graph", "auth", "redis"];

export function ConnectionBanner() {
  const { socket } = useLive();
  const state = useConnection();
  const online = useOnline();
  const late = useLate(state.status !== "open", GRACE_MS);
  useEffect(() => {
    if (online) socket.reconnectNow();
  }, [online, socket]);
  const words = texts.live;
  // A socket may look open for a while after the network has gone.
  if (!online) return <Banner icon="alert">{words.offline}</Banner>;
  if (state.status === "open") {
    const worst = WORST.find((name) => state.degraded.includes(name));
    return worst ? <Banner icon="alert">{words.degraded[worst]}</Banner> : null;
  }
  if (state.status === "idle" || !late) return null;
  return (
    <Banner icon="retry" again={state.status === "connecting" ? undefined : () => socket.reconnectNow()}>
      <Reason state={state} />
    </Banner>
  );
}

interface BannerProps {
  icon: IconName;
  again?: (() => void) | undefined;
  children: React.ReactNode;
}

function Banner({ icon, again, children }: BannerProps) {
  return (
    <div className={styles.banner}>
      <Icon name={icon} size={17} />
      <span role="status">{children}</span>
      {again && (
        <Button kind="quiet" size="small" onClick={again}>
          {texts.live.now}
        </Button>
      )}
      <ConnectionDetails />
    </div>
  );
}

function Reason({ state }: { state: ConnectionState }) {
  const seconds = useCountdown(state.status === "waiting" ? state.retryAt : undefined);
  const words = texts.live;
  if (state.status === "stopped") return words.stopped;
  if (seconds === undefined || seconds < 1) return words.reconnecting;
  return (
    <>
      {words.lost} <span aria-hidden="true">{words.again(seconds)}</span>
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
