// Puts what the server refused beside the field that caused it; the rest becomes one line above the button.
import type { FieldValues, Path, UseFormSetError } from "react-hook-form";
import { errorText } from "@/lib/error-text";
import { type FieldFault, toApiError } from "@/sdk/api-error";

const FIELD_TEXTS: Record<string, string> = {
  required: "Please fill this in.",
  invalid: "This doesn't look right.",
  too_short: "This is too short.",
  too_long: "This is too long.",
  taken: "This is taken. Please choose another.",
  common_password: "This password is too easy to guess. Please choose another.",
  not_allowed: "This can't be used here.",
};

const SPECIAL_TEXTS: Record<string, string> = {
  "username.taken": "This username is taken. Try another.",
  "username.invalid": "Use letters, digits, _ and single dots inside.",
  "new_password.too_short": "This password is too short.",
  "new_password.too_long": "This password is too long.",
  "email.invalid": "This doesn't look like an email address.",
};

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
    const text = SPECIAL_TEXTS[`${fault.field}.${fault.code}`] ?? FIELD_TEXTS[fault.code] ?? "This doesn't look right.";
    setError(fault.field as Path<T>, { type: "server", message: text }, { shouldFocus: index === 0 });
  });
  return known.length > 0 && known.length === faults.length ? undefined : errorText(error);
}
