//! Frames as the text of an event stream (HTML standard, section 9.2.5).

use bytes::{BufMut as _, Bytes, BytesMut};

/// What says that the server is there; clients skip it.
const COMMENT: &[u8] = b":\n\n";

/// Text that waits to be sent.
#[derive(Debug, Default)]
pub(super) struct Text(BytesMut);

impl Text {
    /// Adds an event. Frames are JSON on one line, so no line of it can end the event or begin another field.
    pub(super) fn event(&mut self, id: Option<&str>, frame: &str) {
        if let Some(id) = id {
            self.0.put_slice(b"id: ");
            self.0.put_slice(id.as_bytes());
            self.0.put_u8(b'\n');
        }
        self.0.put_slice(b"data: ");
        self.0.put_slice(frame.as_bytes());
        self.0.put_slice(b"\n\n");
    }

    /// Adds a sign of life.
    pub(super) fn comment(&mut self) {
        self.0.put_slice(COMMENT);
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All that waits. An idle stream holds no memory for its busiest moment.
    pub(super) fn take(&mut self) -> Bytes {
        std::mem::take(&mut self.0).freeze()
    }
}

/// Whether a frame tells a change that a client must not miss: its event carries an id. All our frames begin with their type.
pub(super) fn is_durable(frame: &str) -> bool {
    let kind = frame.strip_prefix(r#"{"type":""#).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    ["message.", "reaction.", "member.", "conversation."].iter().any(|noun| kind.starts_with(noun))
}

/// Whether a frame tells the client to ask for what the gateway missed.
pub(super) fn requires_sync(frame: &str) -> bool {
    frame.starts_with(r#"{"type":"sync.required""#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_written_as_the_standard_has_them() {
        let mut text = Text::default();
        text.event(Some("a.b"), r#"{"type":"hello"}"#);
        text.comment();
        text.event(None, r#"{"type":"typing"}"#);
        let expected = "id: a.b\ndata: {\"type\":\"hello\"}\n\n:\n\ndata: {\"type\":\"typing\"}\n\n";
        assert_eq!(text.take(), expected);
        assert!(text.is_empty());
    }

    #[test]
    fn what_changes_a_conversation_is_durable_and_nothing_else() {
        for kind in ["message.created", "reaction.updated", "member.removed", "conversation.removed"] {
            assert!(is_durable(&format!(r#"{{"type":"{kind}","data":{{}}}}"#)), "{kind}");
        }
        for kind in ["typing", "receipt.updated", "unread.updated", "hello", "sync", "presence.count"] {
            assert!(!is_durable(&format!(r#"{{"type":"{kind}","data":{{}}}}"#)), "{kind}");
        }
        assert!(!is_durable(""));
    }
}
