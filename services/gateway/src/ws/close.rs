//! Why a socket is closed, and the code that tells the client whether to come back (contract section 7).
//!
//! 1000-1999 are the protocol's own; 4400-4499 blame the client, 4500-4599 its speed.

use std::borrow::Cow;

use tokio_tungstenite::tungstenite;
use tungstenite::protocol::CloseFrame;
use tungstenite::protocol::frame::coding::CloseCode;

/// Longest reason in a close frame, in bytes (RFC 6455 section 5.5).
const REASON_MAX_BYTES: usize = 123;

/// Why the server ends a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Close {
    /// There is nothing left to tell: the membership of the socket's conversation has ended.
    Bye,
    /// The bytes were no WebSocket frames.
    Protocol,
    /// A text frame was not UTF-8.
    NotUtf8,
    /// A message over the limit.
    TooLarge,
    /// A fault of ours.
    Internal,
    /// The process stops.
    Draining,
    /// Nobody can tell whether the session still lives.
    Uncheckable,
    /// A frame that is no request; what was wrong with it.
    Malformed(String),
    /// The access token ended and was not renewed.
    TokenExpired,
    /// The session was ended.
    SessionRevoked,
    /// Two pings without an answer.
    HeartbeatMissed,
    /// More frames than any client needs.
    Flooding,
    /// The client did not read its events.
    TooSlow,
    /// Somebody who runs the service closed it.
    ByOperator,
}

impl Close {
    /// The code on the wire.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::Bye => 1000,
            Self::Protocol => 1002,
            Self::NotUtf8 => 1007,
            Self::TooLarge => 1009,
            Self::Internal => 1011,
            Self::Draining => 1012,
            Self::Uncheckable | Self::ByOperator => 1013,
            Self::Malformed(_) => 4400,
            Self::TokenExpired => 4401,
            Self::SessionRevoked => 4403,
            Self::HeartbeatMissed => 4408,
            Self::Flooding => 4429,
            Self::TooSlow => 4503,
        }
    }

    /// For people who debug a client.
    #[must_use]
    pub fn reason(&self) -> Cow<'static, str> {
        match self {
            Self::Bye => "this conversation is not yours any more".into(),
            Self::Protocol => "not a valid WebSocket frame".into(),
            Self::NotUtf8 => "text must be UTF-8".into(),
            Self::TooLarge => "a message has at most 65536 bytes".into(),
            Self::Internal => "something went wrong on our side; reconnect later".into(),
            Self::Draining => "this server stops; reconnect".into(),
            Self::Uncheckable => "the session can't be checked just now; reconnect later".into(),
            Self::Malformed(why) => cut(why).to_owned().into(),
            Self::TokenExpired => "the access token has expired; refresh it and reconnect".into(),
            Self::SessionRevoked => "the session has ended; sign in again".into(),
            Self::HeartbeatMissed => "two pings were not answered".into(),
            Self::Flooding => "too many frames; back off".into(),
            Self::TooSlow => "events were not read fast enough; reconnect and sync".into(),
            Self::ByOperator => "closed by an operator; reconnect later".into(),
        }
    }

    /// The frame on the wire.
    #[must_use]
    pub fn frame(&self) -> CloseFrame {
        CloseFrame { code: CloseCode::from(self.code()), reason: self.reason().into_owned().into() }
    }

    /// What a failed read asks for; `None` when the wire is gone and nobody would hear it.
    #[must_use]
    pub fn of(error: &tungstenite::Error) -> Option<Self> {
        use tungstenite::error::ProtocolError;
        match error {
            tungstenite::Error::Capacity(_) => Some(Self::TooLarge),
            tungstenite::Error::Utf8(_) => Some(Self::NotUtf8),
            tungstenite::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => None,
            tungstenite::Error::Protocol(_) => Some(Self::Protocol),
            _ => None,
        }
    }
}

/// The longest beginning that fits a close frame.
fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(REASON_MAX_BYTES)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_what_clients_know() {
        let all = [
            Close::Bye,
            Close::Protocol,
            Close::NotUtf8,
            Close::TooLarge,
            Close::Internal,
            Close::Draining,
            Close::Uncheckable,
            Close::Malformed("not a JSON object".into()),
            Close::TokenExpired,
            Close::SessionRevoked,
            Close::HeartbeatMissed,
            Close::Flooding,
            Close::TooSlow,
            Close::ByOperator,
        ];
        let lines: Vec<_> = all.iter().map(|close| format!("{} {}", close.code(), close.reason())).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        1000 this conversation is not yours any more
        1002 not a valid WebSocket frame
        1007 text must be UTF-8
        1009 a message has at most 65536 bytes
        1011 something went wrong on our side; reconnect later
        1012 this server stops; reconnect
        1013 the session can't be checked just now; reconnect later
        4400 not a JSON object
        4401 the access token has expired; refresh it and reconnect
        4403 the session has ended; sign in again
        4408 two pings were not answered
        4429 too many frames; back off
        4503 events were not read fast enough; reconnect and sync
        1013 closed by an operator; reconnect later
        ");
    }

    #[test]
    fn every_reason_fits_its_frame() {
        let reason = Close::Malformed("é".repeat(100)).reason().into_owned();
        assert_eq!(reason.len(), 122);
    }
}
