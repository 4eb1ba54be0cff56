// What a failure is called on the screen. Texts hang on codes, never on what the server wrote.
import { toApiError } from "@/sdk/api-error";
import { texts } from "@/texts/texts";

export function errorText(cause: unknown): string {
  const { code, retryAfterMs } = toApiError(cause);
  if (code === "locked_out" && retryAfterMs) return texts.errors.lockedOutFor(waitText(retryAfterMs));
  return errorTextOf(code);
}

/** A wait in whole minutes, never less than it is. */
export function waitText(ms: number): string {
  return texts.common.minutes(Math.max(1, Math.ceil(ms / 60_000)));
}

export function errorTextOf(code: string): string {
  return texts.errors.codes[code] ?? texts.errors.other;
}
