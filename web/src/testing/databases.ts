// The databases of a browser, for tests: as much of IndexedDB as the client uses, with structured copies, events that
// come a moment later, and deletion that asks open connections to close.

type Stores = Map<string, Map<string, unknown>>;

interface Connection {
  onversionchange: (() => void) | null;
  closed: boolean;
}

interface Database {
  stores: Stores;
  connections: Connection[];
}

export class BrowserDatabases {
  private readonly all = new Map<string, Database>();

  open = (name: string): IDBOpenDBRequest => {
    const fresh = !this.all.has(name);
    const known: Database = this.all.get(name) ?? { stores: new Map(), connections: [] };
    this.all.set(name, known);
    const connection = this.connection(known.stores);
    known.connections.push(connection);
    const request = requestOf(() => connection);
    if (fresh) queueMicrotask(() => request.onupgradeneeded?.());
    return request as unknown as IDBOpenDBRequest;
  };

  deleteDatabase = (name: string): void => {
    for (const connection of this.all.get(name)?.connections ?? []) connection.onversionchange?.();
    this.all.delete(name);
  };

  /** What a database holds, by store; nothing when there is none. */
  contents(name: string): Record<string, Record<string, unknown>> | undefined {
    const stores = this.all.get(name)?.stores;
    return stores && Object.fromEntries([...stores].map(([store, rows]) => [store, Object.fromEntries(rows)]));
  }

  private connection(stores: Stores) {
    const connection = {
      onversionchange: null as (() => void) | null,
      closed: false,
      objectStoreNames: { contains: (name: string) => stores.has(name) },
      createObjectStore: (name: string) => void stores.set(name, new Map()),
      close: () => {
        connection.closed = true;
      },
      transaction: () => {
        if (connection.closed) throw new DOMException("closed", "InvalidStateError");
        return { objectStore: (name: string) => storeOf(stores.get(name) ?? new Map()), commit: () => undefined };
      },
    };
    return connection;
  }
}

function storeOf(rows: Map<string, unknown>) {
  return {
    get: (key: string) => requestOf(() => rows.get(key)),
    getAll: () => requestOf(() => [...rows.values()]),
    put: (value: unknown, key: string) => {
      const copy = structuredClone(value);
      return requestOf(() => void rows.set(key, copy));
    },
    delete: (key: string) => requestOf(() => void rows.delete(key)),
    clear: () => requestOf(() => rows.clear()),
    count: () => requestOf(() => rows.size),
  };
}

function requestOf<T>(task: () => T) {
  const request = {
    result: undefined as T | undefined,
    onsuccess: null as (() => void) | null,
    onerror: null as (() => void) | null,
    onupgradeneeded: null as (() => void) | null,
  };
  request.result = task();
  setTimeout(() => request.onsuccess?.(), 0);
  return request;
}
