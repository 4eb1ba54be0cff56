// One connection to the server, whatever carries it: frames in both directions and a close code at the end, as with the
// browser's WebSocket, which is one.
import type { ConnectionDetails } from "./connection";

export interface Wire {
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: ((close: { code: number }) => void) | null;
  /** As that of a WebSocket: above 1 it is about to end. */
  readonly readyState?: number;
  send: (text: string) => void;
  /** Ends it without a call of `onclose`, or with one that nobody minds. */
  close: (code?: number) => void;
}

/** A way to get through to the server. */
export interface Way {
  transport: ConnectionDetails["transport"];
  open: (accessToken: string) => Wire;
}

export function socketWay(url: string, Socket?: typeof WebSocket): Way {
  const open = (token: string) => new (Socket ?? WebSocket)(url, ["pulse.v1.json", `bearer.${token}`]) as Wire;
  return { transport: "websocket", open };
}

/** Listens to a wire that is opened aside: gives the server's first word, or nothing when none comes in time. */
export function firstWord(wire: Wire, withinMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const decide = (word: string | undefined) => {
      clearTimeout(timer);
      wire.onmessage = null;
      wire.onclose = null;
      if (word === undefined) wire.close(1000);
      resolve(word);
    };
    const timer = setTimeout(() => decide(undefined), withinMs);
    wire.onmessage = ({ data }) => decide(String(data));
    wire.onclose = () => decide(undefined);
  });
}
