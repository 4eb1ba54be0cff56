// What tabs that share a socket say to one another.

import type { ConnectionState } from "./connection";
import type { FrameError, Hello, LiveEvent } from "./events";

export type TabMessage =
  /** From those who follow. */
  | { t: "here"; from: string }
  | { t: "check"; from: string }
  | { t: "reconnect" }
  | { t: "ask"; from: string; ref: string; type: string; data: object }
  /** From the one that leads. */
  | { t: "state"; state: ConnectionState }
  | { t: "hello"; to?: string; hello: Hello; again: boolean }
  | { t: "event"; event: LiveEvent }
  | { t: "answer"; ref: string; data: unknown }
  | { t: "refused"; ref: string; error: FrameError }
  /** From any. */
  | { t: "post"; message: unknown };
