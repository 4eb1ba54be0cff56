// How the query cache behaves: events keep it fresh, so it is not asked again on every focus.
import { QueryClient } from "@tanstack/react-query";
import { queryKeys } from "@/lib/query-keys";
import { toApiError } from "@/sdk/api-error";

export function createQueryClient(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 60_000,
        refetchOnWindowFocus: false,
        networkMode: "always",
        retry: (failures, error) => toApiError(error).retryable && failures < 3,
      },
      mutations: { networkMode: "always" },
    },
  });
  // The reducer keeps what did not change; to compare each message with its like at every event costs more than that.
  client.setQueryDefaults(queryKeys.histories, { structuralSharing: false });
  return client;
}
