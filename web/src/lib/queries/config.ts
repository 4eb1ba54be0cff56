// GET /v1/config: limits and what is switched on here. Fetched once.
import { useQuery } from "@tanstack/react-query";
import { queryKeys } from "@/lib/query-keys";
import { networkError } from "@/sdk/api-error";
import type { components } from "@/sdk/schema";

export type ServerConfig = components["schemas"]["Config"];

/** The contract's defaults, until the server has told its own. */
export const DEFAULT_LIMITS = {
  username_min: 3,
  username_max: 32,
  display_name_max: 64,
  password_min: 10,
  password_max: 128,
  body_max: 4000,
  title_max: 80,
  topic_max: 250,
  group_max_members: 256,
  attachment_max_bytes: 26_214_400,
};

export function useServerConfig() {
  return useQuery({
    queryKey: queryKeys.config,
    queryFn: async ({ signal }): Promise<ServerConfig> => {
      const response = await fetch("/v1/config", { signal });
      if (!response.ok) throw networkError();
      return (await response.json()) as ServerConfig;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}
