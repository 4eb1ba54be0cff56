// Keeps one connection to the gateway alive: opens it with a fresh token, renews that token in time, notices silence,
// and comes back with jitter. It is a WebSocket, or what gets through in its place. What the events mean is not known here.
import { backoffMs } from "./backoff";
import type { ConnectionState } from "./connection";
import { afterClose, type ControlFrame, type Hello, parseFrame } from "./events";
import { Requests } from "./requests";
import type { SocketOptions } from "./socket-options";
import { TokenRenewal } from "./token-renewal";
import { Upgrade } from "./upgrade";
import { Ways } from "./ways";
import { socketWay, type Wire } from "./wire";

export type { ConnectionState, SocketOptions };

type Timer = ReturnType<typeof setTimeout>;

const HANDSHAKE_MS = 10_000;

export class SocketConnection {
  private state: ConnectionState = { status: "idle" };
  private wire: Wire | undefined;
  private readonly ways: Ways;
  private readonly upgrade: Upgrade;
  private readonly renewal: TokenRenewal;
  private readonly requests = new Requests();
  private readonly listeners = new Set<() => void>();
  private readonly now: () => number;
  private attempt = 0;
  private wasOpen = false;
  private heartbeatMs = 25_000;
  /** When the server that sends us away wants to be seen again. */
  private welcomeAt: number | undefined;
  private readonly timers: { retry?: Timer; silence?: Timer; ping?: Timer } = {};

  constructor(private readonly options: SocketOptions) {
    this.now = options.now ?? Date.now;
    this.ways = new Ways(socketWay(options.url, options.WebSocket), options.further);
    this.upgrade = new Upgrade(this.ways, options.accessToken);
    this.renewal = new TokenRenewal(() => this.renewed(), this.now);
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
    // A socket that is closing may take long to say so.
    if (this.wire && (this.wire.readyState ?? 0) > 1) this.lost(this.wire, 1006);
    const wire = this.state.status === "open" ? this.wire : undefined;
    const transmit = wire && ((id: string) => wire.send(JSON.stringify({ type, id, data })));
    return this.requests.send(transmit) as Promise<T>;
  }

  private async open(renew: boolean): Promise<void> {
    this.drop();
    const state: ConnectionState = { status: "connecting", attempt: this.attempt };
    this.setState(state);
    const token = await (renew ? this.options.renewToken() : this.options.accessToken()).catch(() => undefined);
    if (this.state !== state) return;
    if (token === undefined) {
      this.ways.startOver();
      return this.retryLater();
    }
    const wire = this.ways.current.open(token);
    this.timers.silence = setTimeout(() => this.lost(wire, 4408), HANDSHAKE_MS);
    this.take(wire);
  }

  private take(wire: Wire): void {
    this.wire = wire;
    wire.onmessage = (message) => this.receive(wire, String(message.data));
    wire.onclose = (close) => this.lost(wire, close.code);
  }

  private receive(wire: Wire, text: string): void {
    if (wire !== this.wire) return;
    if (this.state.status === "open") this.expectMore(wire);
    const frame = parseFrame(text);
    if (frame?.kind === "live") this.options.onEvent(frame.event);
    if (frame?.kind === "control") this.control(wire, frame.frame);
  }

  private control(wire: Wire, frame: ControlFrame): void {
    if (frame.type === "hello") this.opened(wire, frame.data);
    if (frame.type === "reply") this.requests.resolve(frame.id, frame.data);
    if (frame.type === "error") this.requests.reject(frame.id, frame.error);
    if (frame.type === "auth.expiring" && this.ways.current === this.ways.best) void this.renewal.run();
    if (frame.type === "closing") this.lost(wire, frame.data.code);
    if (frame.type === "server.degraded" && this.state.status === "open")
      this.setState({ ...this.state, degraded: frame.data.degraded });
    if (frame.type === "server.draining") this.welcomeAt = this.now() + frame.data.reconnect_after_ms;
  }

  private opened(wire: Wire, hello: Hello): void {
    const again = this.wasOpen;
    this.ways.opened();
    this.wasOpen = true;
    this.attempt = 0;
    this.welcomeAt = undefined;
    this.heartbeatMs = hello.heartbeat_interval_ms;
    const { degraded, connection_id: connectionId } = hello;
    const { transport } = this.ways.current;
    this.setState({ status: "open", degraded, connectionId, transport, since: this.now() });
    this.expectMore(wire);
    this.timers.ping = setInterval(() => void this.ping(), this.heartbeatMs);
    void this.ping();
    // The others can't take a new token: they end with 4401, or fetch one for each call.
    if (transport === "websocket") this.renewal.before(hello.access_token_expires_at, Date.parse(hello.server_time));
    this.upgrade.begin((better, word) => {
      this.drop();
      this.ways.startOver();
      this.take(better);
      this.receive(better, word);
    });
    this.options.onHello(hello, again);
  }

  private async ping(): Promise<void> {
    const from = this.now();
    const answer = await this.request("ping", {}).catch(() => undefined);
    if (answer && this.state.status === "open") this.setState({ ...this.state, latencyMs: this.now() - from });
  }

  /** The server's own pings don't reach scripts, so silence is measured on our `ping` frames and their replies. */
  private expectMore(wire: Wire): void {
    clearTimeout(this.timers.silence);
    this.timers.silence = setTimeout(() => this.lost(wire, 4408), this.heartbeatMs * 2);
  }

  /** Shows the server a new token; gives the time when that one ends. */
  private async renewed(): Promise<string | undefined> {
    const { wire } = this;
    const access_token = await this.options.renewToken();
    if (wire !== this.wire) return undefined;
    const answer = await this.request<{ access_token_expires_at: string }>("auth.refresh", { access_token });
    return wire === this.wire ? answer.access_token_expires_at : undefined;
  }

  private lost(wire: Wire, code: number): void {
    if (wire !== this.wire) return;
    const beforeHello = this.state.status === "connecting";
    const next = afterClose(code);
    const welcomeAt = code === 1012 ? this.welcomeAt : undefined;
    const drainDelayMs = welcomeAt === undefined ? undefined : Math.max(0, welcomeAt - this.now());
    this.drop();
    // 1013 and 4401 are words of the server: it was reached.
    const another = beforeHello && ![1013, 4401, 4403].includes(code) && this.ways.failed(code !== 4408);
    if (next === "sign-in") {
      this.setState({ status: "idle" });
      this.options.onSessionEnded();
    } else if (next === "stop" && !beforeHello) this.setState({ status: "stopped", code });
    else if (next === "renew-token" && !beforeHello) void this.open(true);
    // A refused handshake looks like 1006 to a script, and the token may be why: the next attempt brings a new one.
    else this.retryLater(another ? 0 : drainDelayMs, beforeHello && !another);
  }

  private retryLater(delayMs?: number, renew = false): void {
    const waitMs = delayMs ?? backoffMs(this.attempt, this.options.random ?? Math.random);
    this.attempt += 1;
    this.setState({ status: "waiting", attempt: this.attempt, retryAt: this.now() + waitMs });
    this.timers.retry = setTimeout(() => void this.open(renew), waitMs);
  }

  /** Lets go of the present wire and all that waits on it. */
  private drop(): void {
    for (const part of [this.renewal, this.upgrade]) part.stop();
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
    const { wire } = this;
    this.wire = undefined;
    this.requests.failAll();
    wire?.close(1000);
  }

  private setState(state: ConnectionState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
