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
  /** Of a field that the server refused, by its code; some fields say it in their own words. */
  fields: {
    required: "Please fill this in.",
    invalid: "This doesn't look right.",
    too_short: "This is too short.",
    too_long: "This is too long.",
    taken: "This is taken. Please choose another.",
    common_password: "This password is too easy to guess. Please choose another.",
    not_allowed: "This can't be used here.",
    "username.taken": "This username is taken. Try another.",
    "username.invalid": "Use letters, digits, _ and single dots inside.",
    "new_password.too_short": "This password is too short.",
    "new_password.too_long": "This password is too long.",
    "email.invalid": "This doesn't look like an email address.",
  } as Record<string, string>,
};
