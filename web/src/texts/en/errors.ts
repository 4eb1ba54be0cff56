// What a failure is called, by its code. Texts hang on codes, never on what the server wrote.

export const errors = {
  other: "Something went wrong. Please try again.",
  lockedOutFor: (wait: string) => `Too many attempts. Please try again in ${wait}.`,
  codes: {
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
    invalid_code: "This code isn't right, or it has been used.",
    origin_not_allowed: "The server does not accept sign-ins from this address of the page.",
    session_revoked: "Your session has ended. Please sign in again.",
  } as Record<string, string>,
};
