// POST /v1/reports: tells those who run the server about somebody.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";
import type { components } from "@/sdk/schema";

export type Report = components["schemas"]["ReportRequest"];

export function useReport() {
  const { api } = useServer();
  return useMutation({ mutationFn: (report: Report) => unwrap(api.POST("/v1/reports", { body: report })) });
}
