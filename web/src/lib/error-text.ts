// What a failure is called on the screen. Texts hang on codes, never on what the server wrote.
import { toApiError } from "@/sdk/api-error";

const TEXTS: Record<string, string> = {
  network: "We can't reach the server. Check your connection and try again.",
  timeout: "The server took too long to answer. Please try again.",
  unavailable: "This part of PulseChat is unavailable right now. Please try again in a moment.",
  rate_limited: "That was a bit fast. Wait a moment and try again.",
  locked_out: "Too many attempts. Please wait 15 minutes and try again.",
  invalid_credentials: "That combination of name and password isn't right.",
  username_taken: "This username is taken.",
  forbidden: "You can't do that here.",
  not_connected: "You can write to each other once both of you follow each other.",
  not_found: "This isn't there any more.",
  email_unverified: "Please verify your email address first.",
  conversation_closed: "This conversation is closed.",
  too_large: "This is too long to send.",
  origin_not_allowed: "The server does not accept sign-ins from this address of the page.",
  session_revoked: "Your session has ended. Please sign in again.",
};

export function errorText(cause: unknown): string {
  return TEXTS[toApiError(cause).code] ?? "Something went wrong. Please try again.";
}

export function errorTextOf(code: string): string {
  return TEXTS[code] ?? "Something went wrong. Please try again.";
}
