// Whose sessions this browser has, kept in each account's own database beside what was shown last: without a connection
// the next visit shows that to its owner, until the session is over.
import { CACHE, deleteAccountDatabase, deleteAllButUnsent, withAccount } from "./account-database";
import type { AccountList } from "./account-list";
import { settled } from "./outbox-store";
import type { Me } from "./types";

const NAME = "session";

export interface KeptSession {
  sessionId: string;
  user: Me;
  /** When the session is over at the latest, in milliseconds. */
  endsAt: number;
}

export class KeptSessions {
  /** `onLeave` is told who leaves this device for good, for what else is kept of them. */
  constructor(
    private readonly accounts: Pick<AccountList, "getAccounts">,
    private readonly onLeave: (userId: string) => void = () => undefined,
  ) {}

  /** Where the browser allows no database there is nothing to show without a connection. */
  async keep(session: KeptSession): Promise<void> {
    const put = (database: IDBDatabase) =>
      settled(database.transaction(CACHE, "readwrite").objectStore(CACHE).put(session, NAME));
    await withAccount(session.user.id, put).catch(() => undefined);
  }

  /** The session, if its account is signed in here by it and it was not over yet. */
  async find(sessionId: string, now: number): Promise<KeptSession | undefined> {
    const account = this.accounts.getAccounts().find((known) => known.sessionId === sessionId);
    if (!account) return undefined;
    const get = (database: IDBDatabase) =>
      settled<KeptSession | undefined>(database.transaction(CACHE, "readonly").objectStore(CACHE).get(NAME));
    const kept = await withAccount(account.user.id, get).catch(() => undefined);
    if (kept?.sessionId !== sessionId) return undefined;
    if (now < kept.endsAt) return kept;
    this.forget(account.user.id, true);
    return undefined;
  }

  /** Nothing of the account stays, or nothing but what could not be sent yet: the next sign-in of its owner sends it. */
  forget(userId: string, exceptUnsent: boolean): void {
    if (exceptUnsent) {
      void deleteAllButUnsent(userId).catch(() => undefined);
      return;
    }
    deleteAccountDatabase(userId);
    this.onLeave(userId);
  }
}
