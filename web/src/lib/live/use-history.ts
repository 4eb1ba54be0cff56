// GET /v1/conversations/{id}/messages: the latest page, pages before and after, and a jump to any place.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";
import type { MessagePage } from "@/sdk/types";
import {
  type History,
  indexOfSeq,
  joinLatestPage,
  joinNewerPage,
  joinOlderPage,
  jumpToPage,
  keepNear,
} from "./history";

const PAGE_SIZE = 50;
/** Whoever reads on reads fast. */
const NEXT_PAGE_SIZE = 100;
/** A message that the inbox knows of comes by itself; only one that was missed is fetched. */
const CATCH_UP_MS = 1_500;

type Place =
  | { before: number; limit: number }
  | { after: number; limit: number }
  | { around: number }
  | { at: string }
  | Record<never, never>;

export function useHistory(conversationId: string, headSeq: number, enabled: boolean) {
  const { api } = useServer();
  const cache = useQueryClient();
  const queryKey = queryKeys.history(conversationId);
  const busy = useRef(new Set<string>());
  const page = useCallback(
    (place: Place, signal?: AbortSignal): Promise<MessagePage> => {
      const params = { path: { id: conversationId }, query: { limit: PAGE_SIZE, ...place } };
      return unwrap(api.GET("/v1/conversations/{id}/messages", { params, ...(signal ? { signal } : {}) }));
    },
    [api, conversationId],
  );
  const query = useQuery({
    queryKey,
    queryFn: async ({ signal }): Promise<History> => {
      const fetched = await page({}, signal);
      const known = cache.getQueryData<History>(queryKey);
      return known?.hasAfter ? known : joinLatestPage(known, fetched);
    },
    enabled,
    gcTime: 30 * 60_000,
  });
  const put = useCallback(
    (change: (known: History) => History) =>
      cache.setQueryData<History>(queryKeys.history(conversationId), (known) => known && change(known)),
    [cache, conversationId],
  );
  /** Calls while one in the same direction is on its way do nothing. */
  const once = useCallback(async (name: string, task: () => Promise<void>) => {
    if (busy.current.has(name)) return;
    busy.current.add(name);
    await task().finally(() => busy.current.delete(name));
  }, []);
  const loadOlder = useCallback(
    (pages = 1) =>
      once("older", async () => {
        const known = cache.getQueryData<History>(queryKeys.history(conversationId));
        const before = known?.items[0]?.seq;
        if (!known?.hasBefore || before === undefined) return;
        const places = stretches(before, -NEXT_PAGE_SIZE, pages).filter((seq) => seq > 1);
        const fetched = await together(places.map((seq) => page({ before: seq, limit: NEXT_PAGE_SIZE })));
        put((present) => (present.items[0]?.seq === before ? joinOlderPage(present, fetched) : present));
      }),
    [cache, conversationId, once, page, put],
  );
  const loadNewer = useCallback(
    (pages = 1) =>
      once("newer", async () => {
        const known = cache.getQueryData<History>(queryKeys.history(conversationId));
        const after = known?.items.at(-1)?.seq;
        if (!known?.hasAfter || after === undefined) return;
        const places = stretches(after, NEXT_PAGE_SIZE, pages);
        const fetched = await together(places.map((seq) => page({ after: seq, limit: NEXT_PAGE_SIZE })));
        put((present) => (present.items.at(-1)?.seq === after ? joinNewerPage(present, fetched) : present));
      }),
    [cache, conversationId, once, page, put],
  );
  /** Shows the messages around a place. Gives false when they are there already. */
  const jumpTo = useCallback(
    async (place: number | Date): Promise<boolean> => {
      const known = cache.getQueryData<History>(queryKeys.history(conversationId));
      if (typeof place === "number" && indexOfSeq(known?.items ?? [], place) >= 0) return false;
      const fetched = await page(typeof place === "number" ? { around: place } : { at: place.toISOString() });
      put((present) => jumpToPage(present, fetched));
      return true;
    },
    [cache, conversationId, page, put],
  );
  const toLatest = useCallback(async () => {
    if (!cache.getQueryData<History>(queryKeys.history(conversationId))?.hasAfter) return;
    const fetched = await page({});
    put((present) => joinLatestPage({ ...present, hasAfter: false }, fetched));
  }, [cache, conversationId, page, put]);

  const letGo = useCallback((nearSeq: number) => void put((known) => keepNear(known, nearSeq)), [put]);

  const lastSeq = query.data?.hasAfter ? undefined : query.data?.items.at(-1)?.seq;
  useEffect(() => {
    if (lastSeq === undefined || lastSeq >= headSeq) return;
    const timer = setTimeout(
      () => void cache.invalidateQueries({ queryKey: queryKeys.history(conversationId) }),
      CATCH_UP_MS,
    );
    return () => clearTimeout(timer);
  }, [cache, conversationId, lastSeq, headSeq]);
  useEffect(
    () => () => {
      const left = cache.getQueryData<History>(queryKeys.history(conversationId));
      // The next visit begins at the latest messages again.
      if (left?.hasAfter) cache.removeQueries({ queryKey: queryKeys.history(conversationId) });
    },
    [cache, conversationId],
  );
  return { query, loadOlder, loadNewer, jumpTo, toLatest, letGo };
}

/** Where several pages in a row begin: `seq` has no gaps, so none must come before the next can be asked for. */
const stretches = (from: number, step: number, pages: number): number[] =>
  Array.from({ length: pages }, (_, index) => from + index * step);

/** Pages that were asked for at once, as one. */
async function together(pages: Promise<MessagePage>[]): Promise<MessagePage> {
  const all = await Promise.all(pages);
  const items = all.flatMap((page) => page.items);
  return { items, has_before: all.every((page) => page.has_before), has_after: all.every((page) => page.has_after) };
}
