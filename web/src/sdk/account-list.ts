// The accounts that are signed in on this browser. Each tab shows one of them; all tabs share the list, and what is
// unread in each.
import type { Me, UserLite } from "./types";

const LIST_KEY = "pulse.accounts";
const SESSION_KEY = "pulse.session_id";

export interface KnownAccount {
  sessionId: string;
  user: UserLite;
  unread: number;
  /** The server ended the session: whoever wants to go on signs in again. */
  ended?: true;
}

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export interface AccountListOptions {
  /** Shared by all tabs; `localStorage`. */
  shared: Store;
  /** Of this tab; `sessionStorage`. */
  tab: Store;
}

export class AccountList {
  private text: string | null;
  private accounts: KnownAccount[];
  private readonly listeners = new Set<() => void>();

  constructor(private readonly options: AccountListOptions) {
    this.text = options.shared.getItem(LIST_KEY);
    this.accounts = parse(this.text);
  }

  /** All accounts, in the order in which they signed in; the same array until something changes. */
  getAccounts = (): KnownAccount[] => this.accounts;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Another tab may have changed the list: call it on the window's `storage` event. */
  refresh = (): void => {
    const text = this.options.shared.getItem(LIST_KEY);
    if (text === this.text) return;
    this.text = text;
    this.accounts = parse(text);
    for (const listener of this.listeners) listener();
  };

  /** Somebody has signed in, or their name or picture has changed. */
  put(sessionId: string, { id, username, display_name, avatar_url }: Me): void {
    this.refresh();
    const user = { id, username, display_name, avatar_url };
    // One session for each account: a new sign-in takes the place of the one before.
    const same = (account: KnownAccount) => account.sessionId === sessionId || account.user.id === id;
    const known = this.accounts.find(same);
    const account = { sessionId, user, unread: known?.unread ?? 0 };
    this.write(
      known
        ? this.accounts
            .map((other) => (other === known ? account : other))
            .filter((other) => other === account || !same(other))
        : [...this.accounts, account],
    );
  }

  /** The session has ended. Gives the id of its user, who is not signed in here any more. */
  drop(sessionId: string): string | undefined {
    this.refresh();
    const dropped = this.accounts.find((account) => account.sessionId === sessionId);
    this.write(this.accounts.filter((account) => account.sessionId !== sessionId));
    return dropped?.user.id;
  }

  /** The server ended a session that no tab shows; its account stays in the list. Gives whether it was there. */
  end(sessionId: string): boolean {
    this.refresh();
    const isThere = this.accounts.some((account) => account.sessionId === sessionId);
    const end = (account: KnownAccount): KnownAccount => ({ ...account, unread: 0, ended: true });
    this.write(this.accounts.map((account) => (account.sessionId === sessionId ? end(account) : account)));
    return isThere;
  }

  setUnread(sessionId: string, unread: number): void {
    this.refresh();
    if (!this.accounts.some((account) => account.sessionId === sessionId && account.unread !== unread)) return;
    this.write(this.accounts.map((account) => (account.sessionId === sessionId ? { ...account, unread } : account)));
  }

  /** Whether this tab shows it, or is about to. */
  isShownHere = (sessionId: string): boolean => shownSession(this.options) === sessionId;

  totalUnread = (): number => this.accounts.reduce((sum, account) => sum + account.unread, 0);

  /**
   * Where the session store keeps which session is shown: this tab's choice, and for a new tab the one chosen last.
   * An empty choice means that this tab shows nobody, whoever is signed in elsewhere.
   */
  get sessionStorage(): Store {
    const { shared, tab } = this.options;
    return {
      getItem: (key) => (key === SESSION_KEY ? shownSession(this.options) : shared.getItem(key)),
      setItem: (key, value) => {
        if (key === SESSION_KEY) tab.setItem(key, value);
        if (value !== "") shared.setItem(key, value);
      },
      removeItem: (key) => {
        const own = tab.getItem(key);
        if (key === SESSION_KEY) tab.setItem(key, "");
        if (own === null || own === shared.getItem(key)) shared.removeItem(key);
      },
    };
  }

  private write(accounts: KnownAccount[]): void {
    const text = accounts.length > 0 ? JSON.stringify(accounts) : null;
    if (text === this.text) return;
    if (text === null) this.options.shared.removeItem(LIST_KEY);
    else this.options.shared.setItem(LIST_KEY, text);
    this.refresh();
  }
}

/** The id of the session that this tab shows; empty or `null` when it shows nobody. */
export function shownSession({ shared, tab }: AccountListOptions): string | null {
  return tab.getItem(SESSION_KEY) ?? shared.getItem(SESSION_KEY);
}

function parse(text: string | null): KnownAccount[] {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(value) ? (value as KnownAccount[]) : [];
  } catch {
    return [];
  }
}
