// A network that lets no WebSocket through, and waiting under fake timers for what comes all the same.
import { vi } from "vitest";
import { BrowserSocket } from "./browser-socket";

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Waits until it is as expected: what is fetched takes its own time, and all other waits are short. */
export async function until(expected: () => void) {
  for (let tries = 0; ; tries++) {
    try {
      return expected();
    } catch (cause) {
      if (tries === 400) throw cause;
    }
    await vi.advanceTimersByTimeAsync(200);
    for (let turns = 0; turns < 20; turns++) await turn();
  }
}

/** A browser whose WebSockets are refused, as by a proxy, until `through` is called. */
export function refusedSockets() {
  let blocked = true;
  class Refused extends BrowserSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      queueMicrotask(() => (blocked ? this.onclose?.({ code: 1006 }) : this.hello()));
    }
  }
  const through = () => {
    blocked = false;
  };
  return { Socket: Refused as unknown as typeof WebSocket, through };
}
