// How the query cache behaves: events keep it fresh, so it is not asked again on every focus.
import { QueryClient } from "@tanstack/react-query";
import { toApiError } from "@/sdk/api-error";

export function createQueryClient(): QueryClient {
  return new QueryClient({
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
}
