// What a connection needs to know.
import type { ConnectionEvents } from "./connection";
import type { Way } from "./wire";

export interface SocketOptions extends ConnectionEvents {
  url: string;
  /** What to try where WebSockets do not get through, the better first: `eventStreamWay`, `longPollingWay`. */
  further?: readonly Way[];
  accessToken: () => Promise<string>;
  renewToken: () => Promise<string>;
  onSessionEnded: () => void;
  random?: () => number;
  now?: () => number;
  WebSocket?: typeof WebSocket;
}
