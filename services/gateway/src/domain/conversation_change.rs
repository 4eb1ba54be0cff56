//! What is asked of a conversation: to be made, to be changed, to be kept differently (contract sections 2 and 5).
//! message-store checks all of it again; here it is checked so that all faults are told at once.

use pulse_types::UserId;
use uuid::Uuid;

use crate::domain::conversation::ConversationKind;
use crate::domain::moment::Moment;
use crate::domain::profile::{Fault, check_length};

/// Characters of a title, at most.
pub const TITLE_MAX: usize = 80;
/// Characters of a topic, at most.
pub const TOPIC_MAX: usize = 250;
/// People besides the creator, at most.
pub const OTHERS_MAX: usize = 255;
/// Characters of a message, at most.
pub const BODY_MAX: usize = 4000;
/// Files of one message, at most.
pub const ATTACHMENTS_MAX: usize = 10;

/// A conversation to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConversation {
    /// What it is to be.
    pub kind: ConversationKind,
    /// Trimmed; rooms have one, directs none.
    pub title: Option<String>,
    /// Trimmed; directs have none.
    pub topic: Option<String>,
    /// Who is in it besides the creator.
    pub member_ids: Vec<UserId>,
    /// Makes a repeat safe.
    pub client_id: Option<Uuid>,
}

/// How a conversation came to be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// It was made now.
    Made,
    /// It stood already.
    Stood,
    /// An earlier request by the same `client_id` was answered with it.
    Repeated,
}

/// Changes of a conversation; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConversationPatch {
    /// Trimmed; empty clears it.
    pub title: Option<String>,
    /// Trimmed; empty clears it.
    pub topic: Option<String>,
    /// An upload of the caller; the inner `None` clears the picture.
    pub avatar_attachment_id: Option<Option<Uuid>>,
}

/// Changes of what a member chose; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MembershipPatch {
    /// The inner `None` means not muted.
    pub muted_until: Option<Option<Moment>>,
    /// Marked by the caller.
    pub pinned: Option<bool>,
    /// Out of the inbox.
    pub archived: Option<bool>,
}

/// 1 to 80 characters.
///
/// # Errors
/// [`Fault`]
pub fn check_title(text: &str) -> Result<(), Fault> {
    check_length(text.trim(), 1, TITLE_MAX)
}

/// At most 250 characters.
///
/// # Errors
/// [`Fault`]
pub fn check_topic(text: &str) -> Result<(), Fault> {
    check_length(text.trim(), 0, TOPIC_MAX)
}

/// The body of a message: at most 4000 characters, and not empty unless it carries files.
///
/// # Errors
/// [`Fault`]
pub fn check_body(text: &str, may_be_empty: bool) -> Result<(), Fault> {
    check_length(text.trim(), usize::from(!may_be_empty), BODY_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_counted_in_characters_after_trimming() {
        let code = |outcome: Result<(), Fault>| outcome.err().map_or("fine", |fault| fault.code);
        assert_eq!(code(check_title(" \u{3000} ")), "too_short");
        assert_eq!(code(check_title(&format!(" {} ", "😀".repeat(80)))), "fine");
        assert_eq!(code(check_title(&"a".repeat(81))), "too_long");
        assert_eq!(code(check_topic("")), "fine");
        assert_eq!(code(check_topic(&"ä".repeat(251))), "too_long");
        assert_eq!((code(check_body(" ", false)), code(check_body(" ", true))), ("too_short", "fine"));
        assert_eq!(code(check_body(&"ä".repeat(4000), false)), "fine");
        assert_eq!(code(check_body(&"ä".repeat(4001), true)), "too_long");
    }
}
