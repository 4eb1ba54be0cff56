// What a link in a mail or an outside provider's answer brought along in the fragment of the address. It is secret and
// good for one use, so it leaves the address bar and the history at once and is kept in memory alone.
import { createContext, use, useSyncExternalStore } from "react";

const NAMES = ["token", "code", "linked", "error"] as const;
type Name = (typeof NAMES)[number];

export type Arrived = Readonly<Partial<Record<Name, string>>>;

export class Arrival {
  private state: Arrived = {};
  private readonly listeners = new Set<() => void>();

  /** Looks at once, and again when somebody pastes another link into the same page. */
  constructor(private readonly page: Pick<Window, "location" | "history" | "addEventListener">) {
    this.take();
    page.addEventListener("hashchange", () => this.take());
  }

  getState = (): Arrived => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** It was used, or is of no use any more. */
  forget(...names: Name[]): void {
    const kept = NAMES.filter((name) => this.state[name] !== undefined && !names.includes(name));
    if (kept.length < Object.keys(this.state).length)
      this.setState(Object.fromEntries(kept.map((name) => [name, this.state[name]])));
  }

  private take(): void {
    const { location, history } = this.page;
    const fragment = new URLSearchParams(location.hash.slice(1));
    const found = NAMES.flatMap((name) => {
      const value = fragment.get(name);
      return value ? [[name, value] as const] : [];
    });
    if (found.length === 0) return;
    history.replaceState(history.state, "", location.pathname + location.search);
    this.setState(Object.fromEntries(found));
  }

  private setState(state: Arrived): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

export const ArrivalContext = createContext<Arrival | undefined>(undefined);

export function useArrival(): Arrival {
  const arrival = use(ArrivalContext);
  if (!arrival) throw new Error("useArrival needs an ArrivalContext around it");
  return arrival;
}

export function useArrived(): Arrived {
  const arrival = useArrival();
  return useSyncExternalStore(arrival.subscribe, arrival.getState);
}
