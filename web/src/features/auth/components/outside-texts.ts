// What became of a visit to an outside provider, in plain words.
import { errorText } from "@/lib/error-text";
import type { ApiError } from "@/sdk/api-error";
import { texts } from "@/texts/texts";

/** For `#error=` of the address that a provider's visitor comes back to. */
export function outsideText(error: string): string {
  return texts.auth.outside.errors[error] ?? texts.auth.outside.other;
}

/** For a code that could not be exchanged. */
export function exchangeText(error: ApiError): string {
  if (error.code === "conflict") return texts.auth.outside.haveAccount;
  if (error.code === "invalid_code") return outsideText("expired");
  if (error.code === "forbidden") return texts.auth.signUp.closed;
  return errorText(error);
}
