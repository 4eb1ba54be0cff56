//! The closed list of what can go wrong, with the gRPC code, the HTTP status and whether a repeat helps, side by side.

use tonic::Code;

/// What kind of failure it is: decides what a caller can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request can never succeed as it is.
    InvalidArgument,
    /// Nobody is signed in, or not any more.
    Unauthenticated,
    /// Somebody is, but may not do this.
    Forbidden,
    /// It does not exist, or the caller may not see it.
    NotFound,
    /// It contradicts what is stored.
    Conflict,
    /// Too much, too fast.
    TooMany,
    /// Something that is needed is down or late. Nothing was half done.
    Unavailable,
    /// A fault of ours.
    Internal,
}

impl Kind {
    /// Code on the gRPC wire.
    #[must_use]
    pub const fn grpc_code(self) -> Code {
        match self {
            Self::InvalidArgument => Code::InvalidArgument,
            Self::Unauthenticated => Code::Unauthenticated,
            Self::Forbidden => Code::PermissionDenied,
            Self::NotFound => Code::NotFound,
            Self::Conflict => Code::FailedPrecondition,
            Self::TooMany => Code::ResourceExhausted,
            Self::Unavailable => Code::Unavailable,
            Self::Internal => Code::Internal,
        }
    }

    /// Status of the public API, where the reason names no other.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            Self::InvalidArgument => 422,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::TooMany => 429,
            Self::Unavailable => 503,
            Self::Internal => 500,
        }
    }

    /// Whether the same request may succeed later.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::TooMany | Self::Unavailable)
    }
}
