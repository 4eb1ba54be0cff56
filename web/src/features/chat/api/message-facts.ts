// What can be asked about one message: its earlier versions, who has received and read it; and a report about it.
import { useMutation, useQuery } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { queryKeys } from "@/lib/query-keys";
import { unwrap } from "@/sdk/api-client";
import type { components } from "@/sdk/schema";
import type { Message } from "@/sdk/types";

export type ReportReason = components["schemas"]["ReportReason"];

/** GET /v1/messages/{id}/edits */
export function useEdits({ id, version }: Message) {
  const { api } = useServer();
  return useQuery({
    queryKey: queryKeys.messageEdits(id, version),
    queryFn: ({ signal }) => unwrap(api.GET("/v1/messages/{id}/edits", { params: { path: { id } }, signal })),
  });
}

/** GET /v1/messages/{id}/receipts, asked again while it is looked at. */
export function useReceipts({ id }: Message) {
  const { api } = useServer();
  return useQuery({
    queryKey: queryKeys.messageReceipts(id),
    queryFn: ({ signal }) => unwrap(api.GET("/v1/messages/{id}/receipts", { params: { path: { id } }, signal })),
    staleTime: 0,
    refetchInterval: 5_000,
  });
}

/** POST /v1/reports */
export function useReport(message: Message) {
  const { api } = useServer();
  return useMutation({
    mutationFn: async ({ reason, detail }: { reason: ReportReason; detail: string }) => {
      if (!message.sender) return;
      const about = { user_id: message.sender.id, message_id: message.id, reason };
      await unwrap(api.POST("/v1/reports", { body: detail.trim() ? { ...about, detail: detail.trim() } : about }));
    },
  });
}
