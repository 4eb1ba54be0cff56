// Where messages that are on their way are written down: a database of the browser, one for each account, shared by its
// tabs. Files are kept with them.
import type { PendingMessage } from "./outbox";

export interface OutboxStore {
  load: () => Promise<PendingMessage[]>;
  put: (message: PendingMessage) => Promise<void>;
  remove: (clientId: string) => Promise<void>;
}

/** Keeps nothing beyond this page: for browsers that allow no database. */
export function memoryOutboxStore(messages: readonly PendingMessage[] = []): OutboxStore {
  const kept = new Map(messages.map((message) => [message.clientId, message]));
  return {
    load: async () => [...kept.values()],
    put: async (message) => void kept.set(message.clientId, message),
    remove: async (clientId) => void kept.delete(clientId),
  };
}

export function databaseOutboxStore(database: () => Promise<IDBDatabase>, name: string): OutboxStore {
  const run = async <T>(mode: IDBTransactionMode, task: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    const transaction = (await database()).transaction(name, mode);
    return settled(task(transaction.objectStore(name)));
  };
  return {
    load: () => run<PendingMessage[]>("readonly", (store) => store.getAll()),
    put: async (message) => void (await run("readwrite", (store) => store.put(message, message.clientId))),
    remove: async (clientId) => void (await run("readwrite", (store) => store.delete(clientId))),
  };
}

export function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
