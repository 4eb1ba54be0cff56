// GET /v1/users?q=: people by username and name.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";

const LONGEST = 64;
const LIMIT = 20;

/** Nothing is asked for an empty `q`; earlier results stay while new ones are on their way. */
export function useSearchPeople(q: string) {
  const { api } = useServer();
  const wanted = q.trim().replace(/^@/, "").slice(0, LONGEST);
  return useQuery({
    queryKey: queryKeys.search(wanted),
    queryFn: async ({ signal }) => {
      const query = { q: wanted, limit: LIMIT };
      return (await unwrap(api.GET("/v1/users", { params: { query }, signal }))).items;
    },
    enabled: wanted !== "",
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
}
