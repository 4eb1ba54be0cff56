// What is unread in the accounts of this browser that no tab shows. They have no connection, so they are asked from time
// to time, by one tab for all, and sooner when somebody looks. Each is asked with its own session.
import type { AccountList, KnownAccount } from "./account-list";
import { createApiClient, unwrap } from "./api-client";
import { toApiError } from "./api-error";
import { AskedTimes } from "./asked-times";
import type { KeptSessions } from "./kept-sessions";
import type { SessionStoreOptions } from "./session-state";
import { SessionStore } from "./session-store";
import { isHeld, liveLock } from "./tab-lock";

/** How often they are asked while the page is seen, and while it is hidden. */
const SEEN_MS = 60_000;
const HIDDEN_MS = 5 * 60_000;
/** When to try again while another tab asks. */
const BUSY_MS = 1_000;
const ANSWER_MS = 20_000;

export interface OtherAccountsOptions {
  baseUrl: string;
  accounts: AccountList;
  kept?: Pick<KeptSessions, "forget">;
  exclusive?: SessionStoreOptions["exclusive"];
  /** Shared by all tabs; `localStorage`. */
  shared: Pick<Storage, "getItem" | "setItem">;
  /** Without them nothing is asked: nobody would know what other tabs show. */
  locks: LockManager | undefined;
  isSeen: () => boolean;
  isOnline: () => boolean;
  now?: () => number;
  random?: () => number;
}

export class OtherAccounts {
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Since when somebody looks: what they see is to be no older. */
  private wantedAt: number | undefined;
  private life: AbortController | undefined;
  private readonly sessions = new Map<string, SessionStore>();
  private readonly times: AskedTimes;
  private readonly now: () => number;
  private readonly random: () => number;

  constructor(private readonly options: OtherAccountsOptions) {
    this.random = options.random ?? Math.random;
    this.now = options.now ?? Date.now;
    this.times = new AskedTimes(options.shared, this.now, this.random);
  }

  start(): void {
    this.stop();
    this.life = new AbortController();
    this.look();
  }

  stop(): void {
    this.life?.abort();
    this.life = undefined;
    clearTimeout(this.timer);
  }

  /** Asks as soon as it may: the window got the focus, the list was opened, the network is back. */
  look = (): void => {
    this.wantedAt = this.now();
    this.plan(0);
  };

  /** The page has been hidden: there is less hurry. */
  hidden = (): void => this.plan(this.paceMs());

  /** Takes one out of the list whose session has ended; nothing of it stays on this device. */
  remove(sessionId: string): void {
    const userId = this.options.accounts.drop(sessionId);
    if (userId) this.options.kept?.forget(userId, false);
  }

  private plan(afterMs: number): void {
    clearTimeout(this.timer);
    const { life } = this;
    if (life) this.timer = setTimeout(() => void this.round(life.signal), afterMs);
  }

  /** Not to the second, so that those who came together do not always ask together. */
  private paceMs(): number {
    return (this.options.isSeen() ? SEEN_MS : HIDDEN_MS) * (0.8 + 0.4 * this.random());
  }

  private async round(until: AbortSignal): Promise<void> {
    const { locks, isOnline } = this.options;
    if (!locks) return;
    const { wantedAt } = this;
    const asking = async (lock: Lock | null) => (lock ? this.askAll(wantedAt, until) : BUSY_MS);
    const againMs = isOnline()
      ? await locks.request("pulse.others", { ifAvailable: true }, asking).catch(() => undefined)
      : undefined;
    if (until.aborted || this.wantedAt !== wantedAt) return;
    if (againMs === undefined) this.wantedAt = undefined;
    this.plan(againMs ?? this.paceMs());
  }

  /** Gives when to come again for one that somebody waits for, and that may not be asked yet. */
  private async askAll(wantedAt: number | undefined, until: AbortSignal): Promise<number | undefined> {
    const accounts = this.options.accounts.getAccounts();
    const ids = accounts.map(({ sessionId }) => sessionId);
    this.times.keep(ids);
    for (const id of this.sessions.keys()) if (!ids.includes(id)) this.sessions.delete(id);
    // Another tab's times are as good: what it asked half a pace ago is not asked again.
    const everyMs = wantedAt !== undefined ? 0 : (this.options.isSeen() ? SEEN_MS : HIDDEN_MS) / 2;
    const waits: number[] = [];
    for (const account of accounts) {
      const { sessionId, ended } = account;
      const isNew = wantedAt !== undefined && this.times.isSince(sessionId, wantedAt);
      if (until.aborted || ended || isNew || (await this.isShown(account))) continue;
      const waitMs = this.times.waitMs(sessionId, everyMs);
      if (waitMs === 0) await this.ask(account, until);
      else if (wantedAt !== undefined) waits.push(waitMs);
    }
    return waits.length > 0 ? Math.min(...waits, SEEN_MS) : undefined;
  }

  private async ask(account: KnownAccount, until: AbortSignal): Promise<void> {
    const { sessionId, user } = account;
    const { accounts, kept, baseUrl } = this.options;
    const api = createApiClient(baseUrl, this.sessionOf(sessionId));
    const from = this.now();
    const signal = AbortSignal.any([until, AbortSignal.timeout(ANSWER_MS)]);
    try {
      const { total_unread } = await unwrap(api.GET("/v1/sync", { signal }));
      this.times.answered(sessionId, from);
      // A tab that shows it by now knows better.
      if (!(await this.isShown(account))) accounts.setUnread(sessionId, total_unread);
    } catch (cause) {
      if (until.aborted) return;
      const { status, retryAfterMs } = toApiError(cause);
      if (status !== 401) return this.times.failed(sessionId, retryAfterMs);
      this.sessions.delete(sessionId);
      if (accounts.end(sessionId)) kept?.forget(user.id, true);
    }
  }

  private async isShown({ sessionId, user }: KnownAccount): Promise<boolean> {
    const { accounts, locks } = this.options;
    // This tab shows it before it has a connection.
    if (accounts.isShownHere(sessionId)) return true;
    return locks ? isHeld(locks, liveLock(user.id)) : true;
  }

  /** Its own session, as a tab would have it that shows the account. */
  private sessionOf(sessionId: string): SessionStore {
    const { baseUrl, accounts, exclusive, now } = this.options;
    const isThere = () => {
      accounts.refresh();
      return accounts.getAccounts().some((known) => known.sessionId === sessionId && !known.ended);
    };
    const session =
      this.sessions.get(sessionId) ??
      new SessionStore({
        baseUrl,
        storage: {
          getItem: () => (isThere() ? sessionId : null),
          setItem: () => undefined,
          removeItem: () => undefined,
        },
        accounts: { put: (id, user) => accounts.put(id, user), drop: () => undefined },
        ...(exclusive && { exclusive }),
        ...(now && { now }),
      });
    this.sessions.set(sessionId, session);
    return session;
  }
}
