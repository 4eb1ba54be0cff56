//! The stable reasons of failures: the `code` of the public contract, section 1. Clients branch on these.

use crate::kind::Kind;

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $kind:ident, $status:literal, $title:literal;)*) => {
        /// Why a request failed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Reason { $($(#[$doc])* $name,)* }

        impl Reason {
            /// Every reason, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The text on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The kind it belongs to.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Self::$name => Kind::$kind,)* }
            }

            /// Status of the public API.
            #[must_use]
            pub const fn http_status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// A short title for people.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// Reads a text from the wire.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)* _ => None }
            }
        }
    };
}

reasons! {
    /// Not a JSON object, invalid UTF-8, a key twice, nested too deep.
    Malformed = "malformed", InvalidArgument, 400, "The request could not be read";
    /// No token, or a garbled one.
    Unauthenticated = "unauthenticated", Unauthenticated, 401, "Sign in first";
    /// The access token has ended; refresh and repeat once.
    TokenExpired = "token_expired", Unauthenticated, 401, "The access token has expired";
    /// The session was ended; sign in.
    SessionRevoked = "session_revoked", Unauthenticated, 401, "The session has ended";
    /// Wrong identifier or password.
    InvalidCredentials = "invalid_credentials", Unauthenticated, 401, "Wrong name or password";
    /// A wrong, used or expired code.
    InvalidCode = "invalid_code", Unauthenticated, 401, "The code is not valid";
    /// Too long since the sign-in for something this sensitive.
    ReauthenticationRequired = "reauthentication_required", Unauthenticated, 401, "Sign in again first";
    /// The caller may not do this.
    Forbidden = "forbidden", Forbidden, 403, "Not allowed";
    /// The two people do not follow one another.
    NotConnected = "not_connected", Forbidden, 403, "Not connected";
    /// The caller is not a member.
    NotAMember = "not_a_member", Forbidden, 403, "Not a member";
    /// The conversation is readable, not writable.
    ConversationClosed = "conversation_closed", Forbidden, 403, "The conversation is closed";
    /// The address must be verified first.
    EmailUnverified = "email_unverified", Forbidden, 403, "Verify your address first";
    /// The request comes from a page that is not allowed.
    OriginNotAllowed = "origin_not_allowed", Forbidden, 403, "This origin is not allowed";
    /// It does not exist, or the caller may not see it.
    NotFound = "not_found", NotFound, 404, "Not found";
    /// The path exists, the method does not.
    MethodNotAllowed = "method_not_allowed", InvalidArgument, 405, "Method not allowed";
    /// It contradicts what is stored.
    Conflict = "conflict", Conflict, 409, "Conflict";
    /// The username belongs to somebody else.
    UsernameTaken = "username_taken", Conflict, 409, "The username is taken";
    /// It is there already.
    AlreadyExists = "already_exists", Conflict, 409, "It exists already";
    /// The same `client_id` with other content.
    IdempotencyMismatch = "idempotency_mismatch", Conflict, 409, "The same client_id was used for something else";
    /// The token is too old; load afresh.
    ResyncRequired = "resync_required", Conflict, 410, "Load everything afresh";
    /// A body, frame or file over its limit.
    TooLarge = "too_large", InvalidArgument, 413, "Too large";
    /// Not the media type that is read here.
    UnsupportedMediaType = "unsupported_media_type", InvalidArgument, 415, "Unsupported media type";
    /// A field is missing, unknown or out of its limits.
    ValidationFailed = "validation_failed", InvalidArgument, 422, "The request is not valid";
    /// A plain request to the address of the socket.
    UpgradeRequired = "upgrade_required", InvalidArgument, 426, "Open a WebSocket here";
    /// Too many requests.
    RateLimited = "rate_limited", TooMany, 429, "Too many requests";
    /// Too many failed attempts.
    LockedOut = "locked_out", TooMany, 429, "Locked after too many failures";
    /// A fault of ours.
    Internal = "internal", Internal, 500, "Internal error";
    /// A dependency is down; nothing was half done.
    Unavailable = "unavailable", Unavailable, 503, "Temporarily unavailable";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_read_back_and_fits_its_kind() {
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.as_str()), Some(*reason));
            let same_class = reason.http_status() / 100 == reason.kind().http_status() / 100;
            assert!(same_class, "{} is answered with {}", reason.as_str(), reason.http_status());
        }
        assert_eq!(Reason::parse("no_such_reason"), None);
    }
}
