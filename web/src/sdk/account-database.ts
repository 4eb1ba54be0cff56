// The browser's database of one account: what is on its way, and what was shown last.
import { settled } from "./outbox-store";

export const OUTBOX = "outbox";
export const CACHE = "cache";

const VERSION = 1;
const nameOf = (userId: string) => `pulse.${userId}`;

/** Opens the account's database once; rejects where the browser allows none. */
export function accountDatabase(userId: string): () => Promise<IDBDatabase> {
  let opened: Promise<IDBDatabase> | undefined;
  return () => {
    opened ??= openDatabase(userId);
    return opened;
  };
}

/** Nothing of the account stays on this device. */
export function deleteAccountDatabase(userId: string): void {
  globalThis.indexedDB?.deleteDatabase(nameOf(userId));
}

/** Nothing stays but what its owner wrote and could not send. */
export async function deleteAllButUnsent(userId: string): Promise<void> {
  const unsent = await withAccount(userId, async (database) => {
    const transaction = database.transaction([OUTBOX, CACHE], "readwrite");
    await settled(transaction.objectStore(CACHE).clear());
    return settled(transaction.objectStore(OUTBOX).count());
  });
  if (unsent === 0) deleteAccountDatabase(userId);
}

/** Runs a task on the account's database, and closes it. */
export async function withAccount<T>(userId: string, task: (database: IDBDatabase) => Promise<T>): Promise<T> {
  const database = await openDatabase(userId);
  return task(database).finally(() => database.close());
}

async function openDatabase(userId: string): Promise<IDBDatabase> {
  const request = indexedDB.open(nameOf(userId), VERSION);
  request.onupgradeneeded = () => {
    for (const name of [OUTBOX, CACHE])
      if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name);
  };
  const database = await settled(request);
  // Another tab deletes it: let it.
  database.onversionchange = () => database.close();
  return database;
}
