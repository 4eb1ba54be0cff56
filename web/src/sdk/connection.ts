// What the rest of the client knows of the way to the server: a socket of this page, or one that another tab holds.
import type { Hello, LiveEvent } from "./events";

export type ConnectionState =
  | { status: "idle" }
  | { status: "connecting"; attempt: number }
  | ({ status: "open"; degraded: readonly string[] } & ConnectionDetails)
  | { status: "waiting"; attempt: number; retryAt: number }
  | { status: "stopped"; code: number };

/** What people ask about a connection when something is slow. */
export interface ConnectionDetails {
  connectionId: string;
  transport: "websocket" | "events" | "polling";
  /** When it was opened, in milliseconds. */
  since: number;
  /** How long the last question was on its way, there and back. */
  latencyMs?: number;
}

export interface Connection {
  getState: () => ConnectionState;
  subscribe: (listener: () => void) => () => void;
  /** Sends a frame and resolves with the data of its reply; rejects with `ApiError` (`network`, `timeout`, or a code). */
  request: <T>(type: string, data: object) => Promise<T>;
  /** Skips the wait: the browser is online again, or the person asked. */
  reconnectNow: () => void;
}

export interface ConnectionEvents {
  /** After each `hello`; `again` when a connection was lost before, so that what was missed must be fetched. */
  onHello: (hello: Hello, again: boolean) => void;
  onEvent: (event: LiveEvent) => void;
}
