// How others see the person: chosen here, told by the server. "Do not disturb" may end by itself: the server keeps it
// until it is changed, so the time is kept on this device and the change is made when it is over.
import { useMutation } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { useLive } from "@/lib/client-context";
import { usePresence } from "@/lib/live/presence";
import type { components } from "@/sdk/schema";

export type OwnStatus = components["schemas"]["OwnStatus"];

const keyOf = (userId: string) => `pulse.dnd_until.${userId}`;
const listeners = new Set<() => void>();

function writeEnd(userId: string, until: number | undefined): void {
  if (until === undefined) localStorage.removeItem(keyOf(userId));
  else localStorage.setItem(keyOf(userId), String(until));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

/** When "do not disturb" ends, in ms; nothing when it has no end. */
function useEnd(userId: string): number | undefined {
  const stored = useSyncExternalStore(subscribe, () => localStorage.getItem(keyOf(userId)));
  return stored ? Number(stored) : undefined;
}

export function useOwnPresence() {
  const { me, socket } = useLive();
  const told = usePresence([me.id]).get(me.id)?.status;
  const until = useEnd(me.id);
  const choose = useMutation({
    mutationFn: (choice: { status: OwnStatus; until?: number }) =>
      socket.request("presence.set", { status: choice.status }),
    onSuccess: (_answer, choice) => writeEnd(me.id, choice.status === "dnd" ? choice.until : undefined),
  });
  return {
    status: statusOf(choose.isPending || choose.isSuccess ? choose.variables?.status : undefined, told),
    until,
    choose,
  };
}

/** Others see somebody invisible as offline; whoever looks at this page is neither away from it nor offline. */
function statusOf(chosen: OwnStatus | undefined, told: string | undefined): OwnStatus {
  if (chosen) return chosen;
  if (told === "dnd" || told === "away") return told;
  return told === "offline" ? "invisible" : "online";
}

/** Ends "do not disturb" when its time is over. One place of the frame calls it. */
export function useEndOfQuiet(): void {
  const { me, socket } = useLive();
  const until = useEnd(me.id);
  useEffect(() => {
    if (until === undefined) return;
    const end = () =>
      void socket.request("presence.set", { status: "online" }).then(
        () => writeEnd(me.id, undefined),
        () => undefined,
      );
    const timer = setTimeout(end, Math.max(0, until - Date.now()));
    return () => clearTimeout(timer);
  }, [me.id, socket, until]);
}

/** Tomorrow at eight, by the clock of this device. */
export function tomorrowMorning(now: Date): number {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 8).getTime();
}
