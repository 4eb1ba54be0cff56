// The part of the tab that leads: it has the socket, tells the other tabs what comes, and asks on their behalf.
import { toApiError } from "./api-error";
import type { Connection, ConnectionEvents } from "./connection";
import type { Hello } from "./events";
import { SharedInterest } from "./shared-interest";
import { whenFree } from "./tab-lock";
import type { TabMessage } from "./tab-message";

export interface OwnConnection extends Connection {
  start: () => void;
  stop: () => void;
}

export interface TabLeaderOptions extends ConnectionEvents {
  /** The id of this tab. */
  tab: string;
  connect: (events: ConnectionEvents) => OwnConnection;
  tell: (message: TabMessage) => void;
  locks: LockManager | undefined;
}

export class TabLeader {
  readonly connection: OwnConnection;
  private readonly interest: SharedInterest;
  private readonly followers = new Set<string>();
  private readonly life = new AbortController();
  private lastHello: Hello | undefined;

  constructor(private readonly options: TabLeaderOptions) {
    const { tell } = options;
    const connection = options.connect({
      onHello: (hello, again) => {
        this.lastHello = hello;
        this.interest.reset();
        tell({ t: "hello", hello, again });
        options.onHello(hello, again);
      },
      onEvent: (event) => {
        tell({ t: "event", event });
        options.onEvent(event);
      },
    });
    connection.subscribe(() => {
      if (!this.life.signal.aborted) tell({ t: "state", state: connection.getState() });
    });
    this.connection = connection;
    this.interest = new SharedInterest((type, data) => connection.request(type, data));
  }

  stop(): void {
    this.life.abort();
    this.connection.stop();
  }

  request<T>(type: string, data: object): Promise<T> {
    return this.interest.request<T>(this.options.tab, type, data);
  }

  hear(message: TabMessage): void {
    const { tell } = this.options;
    if (message.t === "here" || message.t === "check" || message.t === "ask") this.meet(message.from);
    const state = this.connection.getState();
    if (message.t === "here" || message.t === "check") tell({ t: "state", state });
    if (message.t === "here" && this.lastHello && state.status === "open")
      tell({ t: "hello", to: message.from, hello: this.lastHello, again: false });
    if (message.t === "reconnect") this.connection.reconnectNow();
    if (message.t === "ask") void this.answer(message);
  }

  private async answer({ from, ref, type, data }: TabMessage & { t: "ask" }): Promise<void> {
    const { tell } = this.options;
    try {
      tell({ t: "answer", ref, data: await this.interest.request(from, type, data) });
    } catch (cause) {
      const { code, message: detail, fields: errors, retryAfterMs: retry_after_ms } = toApiError(cause);
      tell({ t: "refused", ref, error: { code, detail, errors, retry_after_ms: retry_after_ms ?? null } });
    }
  }

  /** Learns of a tab that follows, and waits for its end. */
  private meet(tab: string): void {
    if (this.followers.has(tab) || !this.options.locks) return;
    this.followers.add(tab);
    whenFree(this.options.locks, `pulse.tab.${tab}`, this.life.signal, () => {
      this.followers.delete(tab);
      this.interest.drop(tab);
    });
  }
}
