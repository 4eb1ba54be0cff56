// Puts what the server refused beside the field that caused it; the rest becomes one line above the button.
import type { FieldValues, Path, UseFormSetError } from "react-hook-form";
import { errorText } from "@/lib/error-text";
import { fieldText } from "@/lib/field-text";
import { type FieldFault, toApiError } from "@/sdk/api-error";

/** Returns the text for the form as a whole, or `undefined` when every fault stands at its field. */
export function showFaults<T extends FieldValues>(
  cause: unknown,
  fields: readonly Path<T>[],
  setError: UseFormSetError<T>,
): string | undefined {
  const error = toApiError(cause);
  let faults: FieldFault[] = error.fields;
  if (error.code === "username_taken" && faults.length === 0) faults = [{ field: "username", code: "taken" }];
  const known = faults.filter((fault) => fields.some((field) => field === fault.field));
  known.forEach((fault, index) => {
    setError(fault.field as Path<T>, { type: "server", message: fieldText(fault) }, { shouldFocus: index === 0 });
  });
  return known.length > 0 && known.length === faults.length ? undefined : errorText(error);
}
