// Keeps one WebSocket to the gateway alive: opens it with a fresh token, renews that token in time, notices silence,
// and comes back with jitter. What the events mean is not known here.
import { backoffMs } from "./backoff";
import type { ConnectionEvents, ConnectionState } from "./connection";
import { afterClose, type ControlFrame, type Hello, parseFrame } from "./events";
import { Requests } from "./requests";

export type { ConnectionState };

export interface SocketOptions extends ConnectionEvents {
  url: string;
  accessToken: () => Promise<string>;
  renewToken: () => Promise<string>;
  onSessionEnded: () => void;
  random?: () => number;
  now?: () => number;
  WebSocket?: typeof WebSocket;
}

type Timer = ReturnType<typeof setTimeout>;

const HANDSHAKE_MS = 10_000;
const RENEW_BEFORE_MS = 60_000;

export class SocketConnection {
  private state: ConnectionState = { status: "idle" };
  private socket: WebSocket | undefined;
  private readonly requests = new Requests();
  private readonly listeners = new Set<() => void>();
  private readonly now: () => number;
  private attempt = 0;
  private wasOpen = false;
  private heartbeatMs = 25_000;
  /** When the server that sends us away wants to be seen again. */
  private welcomeAt: number | undefined;
  private readonly timers: { retry?: Timer; silence?: Timer; ping?: Timer; renew?: Timer } = {};

  constructor(private readonly options: SocketOptions) {
    this.now = options.now ?? Date.now;
  }

  getState = (): ConnectionState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(): void {
    if (this.state.status === "idle" || this.state.status === "stopped") void this.open(false);
  }

  /** Closes for good; `start` opens again. */
  stop(): void {
    this.drop();
    this.wasOpen = false;
    this.attempt = 0;
    this.setState({ status: "idle" });
  }

  /** Skips the wait: the browser is online again, or the person asked. */
  reconnectNow(): void {
    if (this.state.status === "waiting" || this.state.status === "stopped") void this.open(false);
  }

  /** Sends a frame and resolves with the data of its reply; rejects with `ApiError` (`network`, `timeout`, or a code). */
  request<T>(type: string, data: object): Promise<T> {
    const socket = this.state.status === "open" ? this.socket : undefined;
    const transmit = socket && ((id: string) => socket.send(JSON.stringify({ type, id, data })));
    return this.requests.send(transmit) as Promise<T>;
  }

  private async open(renew: boolean): Promise<void> {
    this.drop();
    const state: ConnectionState = { status: "connecting", attempt: this.attempt };
    this.setState(state);
    const token = await (renew ? this.options.renewToken() : this.options.accessToken()).catch(() => undefined);
    if (this.state !== state) return;
    if (token === undefined) {
      this.retryLater();
      return;
    }
    const Socket = this.options.WebSocket ?? WebSocket;
    const socket = new Socket(this.options.url, ["pulse.v1.json", `bearer.${token}`]);
    this.socket = socket;
    this.timers.silence = setTimeout(() => this.lost(socket, 1006), HANDSHAKE_MS);
    socket.onmessage = (message) => this.receive(socket, String(message.data));
    socket.onclose = (close) => this.lost(socket, close.code);
  }

  private receive(socket: WebSocket, text: string): void {
    if (socket !== this.socket) return;
    if (this.state.status === "open") this.expectMore(socket);
    const frame = parseFrame(text);
    if (frame?.kind === "live") this.options.onEvent(frame.event);
    if (frame?.kind === "control") this.control(socket, frame.frame);
  }

  private control(socket: WebSocket, frame: ControlFrame): void {
    if (frame.type === "hello") this.opened(socket, frame.data);
    if (frame.type === "reply") this.requests.resolve(frame.id, frame.data);
    if (frame.type === "error") this.requests.reject(frame.id, frame.error);
    if (frame.type === "auth.expiring") void this.renew();
    if (frame.type === "server.degraded" && this.state.status === "open")
      this.setState({ ...this.state, degraded: frame.data.degraded });
    if (frame.type === "server.draining") this.welcomeAt = this.now() + frame.data.reconnect_after_ms;
  }

  private opened(socket: WebSocket, hello: Hello): void {
    const again = this.wasOpen;
    this.wasOpen = true;
    this.attempt = 0;
    this.welcomeAt = undefined;
    this.heartbeatMs = hello.heartbeat_interval_ms;
    const { degraded, connection_id: connectionId } = hello;
    this.setState({ status: "open", degraded, connectionId, transport: "websocket", since: this.now() });
    this.expectMore(socket);
    this.timers.ping = setInterval(() => void this.ping(), this.heartbeatMs);
    void this.ping();
    this.renewBefore(hello.access_token_expires_at, Date.parse(hello.server_time));
    this.options.onHello(hello, again);
  }

  private async ping(): Promise<void> {
    const from = this.now();
    const answer = await this.request("ping", {}).catch(() => undefined);
    if (answer && this.state.status === "open") this.setState({ ...this.state, latencyMs: this.now() - from });
  }

  /** The server's own pings don't reach scripts, so silence is measured on our `ping` frames and their replies. */
  private expectMore(socket: WebSocket): void {
    clearTimeout(this.timers.silence);
    this.timers.silence = setTimeout(() => this.lost(socket, 4408), this.heartbeatMs * 2);
  }

  private renewBefore(expiresAt: string, from: number): void {
    const lifeMs = Date.parse(expiresAt) - from;
    clearTimeout(this.timers.renew);
    this.timers.renew = setTimeout(() => void this.renew(), Math.max(lifeMs - RENEW_BEFORE_MS, lifeMs / 2, 1_000));
  }

  private async renew(): Promise<void> {
    clearTimeout(this.timers.renew);
    const socket = this.socket;
    const token = await this.options.renewToken().catch(() => undefined);
    if (token === undefined || socket !== this.socket) return;
    const answer = await this.request<{ access_token_expires_at: string }>("auth.refresh", {
      access_token: token,
    }).catch(() => undefined);
    if (answer && socket === this.socket) this.renewBefore(answer.access_token_expires_at, this.now());
  }

  private lost(socket: WebSocket, code: number): void {
    if (socket !== this.socket) return;
    const next = afterClose(code);
    const welcomeAt = code === 1012 ? this.welcomeAt : undefined;
    const drainDelayMs = welcomeAt === undefined ? undefined : Math.max(0, welcomeAt - this.now());
    const beforeHello = this.state.status === "connecting";
    this.drop();
    if (next === "sign-in") {
      this.setState({ status: "idle" });
      this.options.onSessionEnded();
    } else if (next === "stop") this.setState({ status: "stopped", code });
    else if (next === "renew-token") void this.open(true);
    // A refused handshake looks like 1006 to a script, and the token may be why: the next attempt brings a new one.
    else this.retryLater(drainDelayMs, beforeHello);
  }

  private retryLater(delayMs?: number, renew = false): void {
    const waitMs = delayMs ?? backoffMs(this.attempt, this.options.random ?? Math.random);
    this.attempt += 1;
    this.setState({ status: "waiting", attempt: this.attempt, retryAt: this.now() + waitMs });
    this.timers.retry = setTimeout(() => void this.open(renew), waitMs);
  }

  /** Lets go of the present socket and all that waits on it. */
  private drop(): void {
    clearTimeout(this.timers.retry);
    clearTimeout(this.timers.silence);
    clearTimeout(this.timers.renew);
    clearInterval(this.timers.ping);
    const socket = this.socket;
    this.socket = undefined;
    this.requests.failAll();
    socket?.close(1000);
  }

  private setState(state: ConnectionState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
