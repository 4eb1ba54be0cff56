// POST /v1/me/export: a copy of all data begins to be made.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";

export function useStartExport() {
  const { api } = useServer();
  return useMutation({ mutationFn: () => unwrap(api.POST("/v1/me/export")) });
}
