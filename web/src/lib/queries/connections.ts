// GET /v1/me/connections: people whom the caller can write to. Events keep the list current; see lib/live.
import { useQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";
import type { User } from "@/sdk/types";

const PAGE = 100;
/** Beyond this many the list is cut: nobody scrolls through thousands, the search finds the others. */
const MOST_PAGES = 20;

export function useConnections() {
  const { api } = useServer();
  return useQuery({
    queryKey: queryKeys.connections,
    queryFn: async ({ signal }) => {
      const people: User[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < MOST_PAGES; page++) {
        const query: { limit: number; cursor?: string } = { limit: PAGE, ...(cursor !== null && { cursor }) };
        const answer = await unwrap(api.GET("/v1/me/connections", { params: { query }, signal }));
        people.push(...answer.items);
        cursor = answer.next_cursor;
        if (cursor === null) break;
      }
      return people;
    },
  });
}
