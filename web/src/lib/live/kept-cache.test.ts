import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { queryKeys } from "@/lib/query-keys";
import { accountDatabase } from "@/sdk/account-database";
import type { Message } from "@/sdk/types";
import { BrowserDatabases } from "@/testing/databases";
import type { History } from "./history";
import { keepCache, restoreCache } from "./kept-cache";

beforeEach(() => {
  vi.stubGlobal("indexedDB", new BrowserDatabases());
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const messages = (count: number) => Array.from({ length: count }, (_, index) => ({ seq: index + 1 }) as Message);
const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A visit to which something is shown; gives what the next one begins with. */
async function visit(show: (cache: QueryClient) => void, token: () => string | undefined = () => "t1") {
  const database = accountDatabase("u1");
  const cache = new QueryClient();
  const stop = keepCache(cache, database, token);
  show(cache);
  await wait(6_000);
  stop();
  return next();
}

async function next(cache = new QueryClient()) {
  const restored = restoreCache(cache, accountDatabase("u1"));
  await wait(10);
  return { cache, token: await restored };
}

it("the next visit begins with what was shown last, and the token that belongs to it", async () => {
  const inbox = { items: [], next_cursor: null, total_unread: 3 };
  const { cache, token } = await visit((shown) => shown.setQueryData(queryKeys.inbox, inbox));
  expect(token).toBe("t1");
  expect(cache.getQueryData(queryKeys.inbox)).toEqual(inbox);
});

it("keeps nothing that others could ask about: searches, presences, who types", async () => {
  const { cache } = await visit((shown) => {
    shown.setQueryData(queryKeys.inbox, {});
    shown.setQueryData(queryKeys.presences, {});
    shown.setQueryData(queryKeys.search("ben"), []);
    shown.setQueryData(queryKeys.plane("c1"), {});
  });
  const keys = cache.getQueryCache().getAll();
  expect(keys.map(({ queryKey }) => queryKey)).toEqual([queryKeys.inbox]);
});

it("keeps the latest messages of a conversation, and says that there are older ones", async () => {
  const history: History = { items: messages(200), hasBefore: false };
  const { cache } = await visit((shown) => shown.setQueryData(queryKeys.history("c1"), history));
  const kept = cache.getQueryData<History>(queryKeys.history("c1"));
  expect(kept?.items.map(({ seq }) => seq)).toEqual(
    messages(200)
      .slice(-60)
      .map(({ seq }) => seq),
  );
  expect(kept?.hasBefore).toBe(true);
});

it("does not keep a place in the past as if it were the present", async () => {
  const jumped: History = { items: messages(3), hasBefore: false, hasAfter: true };
  const { cache } = await visit((shown) => shown.setQueryData(queryKeys.history("c1"), jumped));
  expect(cache.getQueryData(queryKeys.history("c1"))).toBeUndefined();
});

it("keeps nothing as long as there is no token to go on from", async () => {
  const { cache, token } = await visit(
    (shown) => shown.setQueryData(queryKeys.inbox, {}),
    () => undefined,
  );
  expect(token).toBeUndefined();
  expect(cache.getQueryData(queryKeys.inbox)).toBeUndefined();
});

it("what is known already is not put back", async () => {
  await visit((shown) => shown.setQueryData(queryKeys.inbox, { total_unread: 1 }));
  const present = new QueryClient();
  present.setQueryData(queryKeys.inbox, { total_unread: 0 });
  const { cache } = await next(present);
  expect(cache.getQueryData(queryKeys.inbox)).toEqual({ total_unread: 0 });
});

it("a page that goes out of sight keeps at once", async () => {
  const cache = new QueryClient();
  const stop = keepCache(cache, accountDatabase("u1"), () => "t1");
  cache.setQueryData(queryKeys.inbox, { total_unread: 2 });
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  document.dispatchEvent(new Event("visibilitychange"));
  await wait(10);
  stop();
  const { cache: restored } = await next();
  expect(restored.getQueryData(queryKeys.inbox)).toEqual({ total_unread: 2 });
});

it("a browser without databases begins with nothing", async () => {
  vi.stubGlobal("indexedDB", undefined);
  expect((await next()).token).toBeUndefined();
});
