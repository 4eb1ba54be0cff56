// What was shown last, kept in the account's database: the next visit begins with it, also without a network, and then
// asks what changed since.
import type { QueryClient } from "@tanstack/react-query";
import { queryKeys } from "@/lib/query-keys";
import { CACHE } from "@/sdk/account-database";
import { settled } from "@/sdk/outbox-store";
import type { History } from "./history";

const NAME = "shown";
const SAVE_MS = 5_000;
/** Of how many conversations messages are kept, and how many of each. */
const MOST_HISTORIES = 30;
const MOST_MESSAGES = 60;

type Entry = [key: readonly unknown[], data: unknown, at: number];

interface Kept {
  token: string;
  entries: Entry[];
}

const KEPT = new Set<unknown>(
  [queryKeys.inbox, queryKeys.histories, queryKeys.connections, queryKeys.followRequests].map((key) => key[0]),
);

/** Fills an empty cache; gives the token that belongs to what was kept. */
export async function restoreCache(
  cache: QueryClient,
  database: () => Promise<IDBDatabase>,
): Promise<string | undefined> {
  try {
    const store = (await database()).transaction(CACHE, "readonly").objectStore(CACHE);
    const kept = await settled<Kept | undefined>(store.get(NAME));
    for (const [key, data, updatedAt] of kept?.entries ?? [])
      if (cache.getQueryData(key) === undefined) cache.setQueryData(key, data, { updatedAt });
    return kept?.token;
  } catch {
    return undefined;
  }
}

/** Saves a while after each change, and when the page goes out of sight, until the function that is given back is called. */
export function keepCache(
  cache: QueryClient,
  database: () => Promise<IDBDatabase>,
  tokenOf: () => string | undefined,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = async () => {
    timer = undefined;
    const token = tokenOf();
    if (token === undefined) return;
    const kept: Kept = { token, entries: entriesOf(cache) };
    const transaction = (await database()).transaction(CACHE, "readwrite");
    const put = settled(transaction.objectStore(CACHE).put(kept, NAME));
    // Nothing is added: the page may be gone before it would be committed by itself.
    transaction.commit();
    await put;
  };
  const saveNow = () => {
    if (timer === undefined || document.visibilityState === "visible") return;
    clearTimeout(timer);
    void save().catch(() => undefined);
  };
  document.addEventListener("visibilitychange", saveNow);
  const unsubscribe = cache.getQueryCache().subscribe(({ type, query }) => {
    if (type !== "updated" || !KEPT.has(query.queryKey[0])) return;
    timer ??= setTimeout(() => void save().catch(() => undefined), SAVE_MS);
  });
  return () => {
    unsubscribe();
    document.removeEventListener("visibilitychange", saveNow);
    clearTimeout(timer);
  };
}

function entriesOf(cache: QueryClient): Entry[] {
  const loaded = cache
    .getQueryCache()
    .getAll()
    .filter((query) => KEPT.has(query.queryKey[0]) && query.state.data !== undefined);
  loaded.sort((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt);
  let histories = 0;
  return loaded.flatMap((query): Entry[] => {
    const { data, dataUpdatedAt } = query.state;
    if (query.queryKey[0] !== queryKeys.histories[0]) return [[query.queryKey, data, dataUpdatedAt]];
    const history = data as History;
    if (history.hasAfter || ++histories > MOST_HISTORIES) return [];
    return [[query.queryKey, latestOf(history), dataUpdatedAt]];
  });
}

function latestOf(history: History): History {
  const left = history.items.length > MOST_MESSAGES;
  return left ? { ...history, items: history.items.slice(-MOST_MESSAGES), hasBefore: true } : history;
}
