// One socket for all tabs of a browser that show the same account. The tab that holds the lock leads: it has the
// socket, and tells the others by a channel what comes; they ask through it. When it closes, another one gets the lock;
// when it does not answer any more, another one takes it.
import type { Connection, ConnectionEvents, ConnectionState } from "./connection";
import { randomId } from "./random-id";
import { Requests } from "./requests";
import { type OwnConnection, TabLeader } from "./tab-leader";
import { holdLock, liveLock } from "./tab-lock";
import type { TabMessage } from "./tab-message";

/** How often a tab that follows asks whether the one that leads is still there, and how many answers may be missing. */
const CHECK_MS = 4_000;
const MOST_MISSED = 2;
const ANSWER_MS = 12_000;

export interface SharedOptions extends ConnectionEvents {
  /** Tabs with the same name share: the user's id. */
  name: string;
  /** The socket of this tab, for when it leads. */
  connect: (events: ConnectionEvents) => OwnConnection;
  /** Called when this tab begins to lead, and when it ends. */
  onLead: (leads: boolean) => void;
  /** What other tabs say besides, by `post`. */
  onPost: (message: unknown) => void;
  locks?: LockManager | undefined;
  channel?: ((name: string) => BroadcastChannel) | undefined;
}

export class SharedConnection implements Connection {
  private readonly id = randomId();
  private state: ConnectionState = { status: "idle" };
  private leader: TabLeader | undefined;
  private channel: BroadcastChannel | undefined;
  private readonly requests = new Requests(`${this.id} `, ANSWER_MS);
  private readonly listeners = new Set<() => void>();
  private check: ReturnType<typeof setInterval> | undefined;
  private missed = 0;
  /** Ends with `stop`; a new `start` has its own. */
  private life = new AbortController();

  constructor(private readonly options: SharedOptions) {}

  getState = (): ConnectionState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  leads = (): boolean => this.leader !== undefined;

  start(): void {
    this.life = new AbortController();
    const { locks, channel, name } = this.options;
    if (!locks || !channel) {
      this.lead();
      return;
    }
    this.setState({ status: "connecting", attempt: 0 });
    this.channel = channel(`pulse.live.${name}`);
    this.channel.onmessage = ({ data }: MessageEvent<TabMessage>) => this.hear(data);
    // As long as this tab lives it holds a lock of its own: whoever leads sees by it when the tab is gone.
    void holdLock(locks, `pulse.tab.${this.id}`, this.life.signal, () => undefined);
    this.candidate(locks);
    this.tell({ t: "here", from: this.id });
    this.check = setInterval(() => this.checkLeader(locks), CHECK_MS);
  }

  stop(): void {
    clearInterval(this.check);
    this.life.abort();
    this.follow();
    this.channel?.close();
    this.channel = undefined;
    this.requests.failAll();
    this.setState({ status: "idle" });
  }

  reconnectNow = (): void => {
    if (this.leader) this.leader.connection.reconnectNow();
    else this.tell({ t: "reconnect" });
  };

  request = <T>(type: string, data: object): Promise<T> => {
    if (this.leader) return this.leader.request<T>(type, data);
    const ask = (ref: string) => this.tell({ t: "ask", from: this.id, ref, type, data });
    return this.requests.send(this.state.status === "open" ? ask : undefined) as Promise<T>;
  };

  /** Says something to the other tabs. */
  post(message: unknown): void {
    this.tell({ t: "post", message });
  }

  private hear(message: TabMessage): void {
    if (message.t === "post") this.options.onPost(message.message);
    else if (this.leader) this.leader.hear(message);
    else this.hearLeader(message);
  }

  private hearLeader(message: TabMessage): void {
    if (!["state", "hello", "event", "answer", "refused"].includes(message.t)) return;
    this.missed = 0;
    if (message.t === "state") this.setState(message.state);
    if (message.t === "hello" && (message.to ?? this.id) === this.id) {
      // What was asked of an earlier connection is not answered any more.
      if (message.to === undefined) this.requests.failAll();
      this.options.onHello(message.hello, message.again);
    }
    if (message.t === "event") this.options.onEvent(message.event);
    if (message.t === "answer") this.requests.resolve(message.ref, message.data);
    if (message.t === "refused") this.requests.reject(message.ref, message.error);
  }

  /** Waits for the lock, or takes it from a tab that does not answer. */
  private candidate(locks: LockManager, steal = false): void {
    const { signal } = this.life;
    void holdLock(locks, liveLock(this.options.name), signal, () => this.lead(), steal).then(() => {
      // The lock was taken away, or this tab has stopped.
      if (signal.aborted || !this.leader) return;
      this.follow();
      this.tell({ t: "here", from: this.id });
      this.candidate(locks);
    });
  }

  private lead(): void {
    if (this.leader) return;
    this.requests.failAll();
    const { connect, locks, onHello, onEvent } = this.options;
    const tell = (message: TabMessage) => this.tell(message);
    const leader = new TabLeader({ tab: this.id, connect, tell, locks, onHello, onEvent });
    this.leader = leader;
    leader.connection.subscribe(() => {
      if (this.leader === leader) this.setState(leader.connection.getState());
    });
    this.options.onLead(true);
    leader.connection.start();
  }

  private follow(): void {
    const { leader } = this;
    if (!leader) return;
    this.leader = undefined;
    leader.stop();
    this.options.onLead(false);
    this.setState({ status: "connecting", attempt: 0 });
  }

  private checkLeader(locks: LockManager): void {
    if (this.leader) return;
    this.missed += 1;
    this.tell({ t: "check", from: this.id });
    if (this.missed <= MOST_MISSED) return;
    this.missed = 0;
    this.candidate(locks, true);
  }

  private tell(message: TabMessage): void {
    this.channel?.postMessage(message);
  }

  private setState(state: ConnectionState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
