// Faults of calls about groups and rooms in words that fit here; all others have their common ones.
import { errorText } from "@/lib/error-text";
import { toApiError } from "@/sdk/api-error";
import { texts } from "@/texts/texts";

export function faultText(cause: unknown): string {
  const { faults } = texts.conversations;
  const { code, fields } = toApiError(cause);
  if (fields.some((field) => field.code === "too_many")) return faults.full;
  if (code === "not_connected") return faults.notConnected;
  if (code === "conflict") return faults.conflict;
  if (code === "forbidden") return faults.forbidden;
  return errorText(cause);
}
