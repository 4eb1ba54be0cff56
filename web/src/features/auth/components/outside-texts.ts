// What became of a visit to an outside provider, in plain words.
import { errorText } from "@/lib/error-text";
import type { ApiError } from "@/sdk/api-error";

const TEXTS: Record<string, string> = {
  access_denied: "The sign-in was cancelled before it was finished. Nothing has changed.",
  conflict: "That outside account is already linked to another PulseChat account.",
  expired: "That took too long, or was started in another browser. Please try again.",
  provider_error: "The other service didn't answer as it should. Please try again in a moment.",
};

/** For `#error=` of the address that a provider's visitor comes back to. */
export function outsideText(error: string): string {
  return TEXTS[error] ?? "The sign-in didn't work. Please try again.";
}

/** For a code that could not be exchanged. */
export function exchangeText(error: ApiError): string {
  if (error.code === "conflict")
    return "You already have an account with this email address. Sign in to it first, then link the other service to it.";
  if (error.code === "invalid_code") return outsideText("expired");
  if (error.code === "forbidden") return "This server doesn't take new accounts at the moment.";
  return errorText(error);
}
