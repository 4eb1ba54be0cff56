//! What groups and rooms are called, how large they get, and what somebody asks for who makes one.

use aws_lc_rs::digest;
use pulse_types::{AttachmentId, UserId};
use uuid::Uuid;

use crate::domain::conversation::{Kind, Role};

/// Characters of a title, as Unicode scalar values.
pub const TITLE_MAX: usize = 80;
/// Characters of a topic.
pub const TOPIC_MAX: usize = 250;
/// People whom the creator of a group or room may bring along.
pub const COMPANIONS_MAX: usize = 255;

/// How many members a conversation may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// A group, its creator among them.
    pub group: i32,
    /// A room.
    pub room: i32,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { group: 256, room: 100_000 }
    }
}

impl Sizes {
    /// Of a conversation of this kind.
    #[must_use]
    pub const fn members_max(self, kind: Kind) -> i32 {
        match kind {
            Kind::Direct => 2,
            Kind::Group => self.group,
            Kind::Room => self.room,
        }
    }
}

/// Why a text is no title or topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    /// Nothing but white space.
    #[error("must have at least one character that is not white space")]
    Blank,
    /// More characters than may be.
    #[error("must have at most {0} characters")]
    TooLong(usize),
    /// What the database can't hold.
    #[error("must not contain U+0000")]
    Nul,
}

/// A title, trimmed, of 1..80 characters.
///
/// # Errors
/// [`TextFault`].
pub fn title(text: &str) -> Result<String, TextFault> {
    match trimmed(text, TITLE_MAX)? {
        title if title.is_empty() => Err(TextFault::Blank),
        title => Ok(title),
    }
}

/// A topic, trimmed, of 0..250 characters.
///
/// # Errors
/// [`TextFault::TooLong`] or [`TextFault::Nul`].
pub fn topic(text: &str) -> Result<String, TextFault> {
    trimmed(text, TOPIC_MAX)
}

fn trimmed(text: &str, max: usize) -> Result<String, TextFault> {
    let text = text.trim();
    if text.contains('\0') {
        return Err(TextFault::Nul);
    }
    match text.chars().count() <= max {
        true => Ok(text.to_owned()),
        false => Err(TextFault::TooLong(max)),
    }
}

/// A group or room that somebody wants to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConversation {
    /// Group or room.
    pub kind: Kind,
    /// Empty when there is none.
    pub title: String,
    /// Empty when there is none.
    pub topic: String,
    /// Whom the creator brings along: nobody twice, not the creator.
    pub member_ids: Vec<UserId>,
    /// What the client named it.
    pub client_id: Option<Uuid>,
}

impl NewConversation {
    /// SHA-256 of what is asked for; the order of the members plays no part.
    #[must_use]
    pub fn digest(&self) -> Vec<u8> {
        let mut member_ids = self.member_ids.clone();
        member_ids.sort_unstable();
        let mut context = digest::Context::new(&digest::SHA256);
        // No text holds U+0000, so nothing runs into its neighbour.
        for part in [self.kind.as_str(), &self.title, &self.topic] {
            context.update(part.as_bytes());
            context.update(&[0]);
        }
        for member_id in member_ids {
            context.update(member_id.as_uuid().as_bytes());
        }
        context.finish().as_ref().to_vec()
    }
}

/// What is to change in how a conversation presents itself; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Description {
    /// The new title; empty clears it.
    pub title: Option<String>,
    /// The new topic; empty clears it.
    pub topic: Option<String>,
    /// The upload that becomes its picture; none clears it.
    pub picture: Option<Option<AttachmentId>>,
}

/// Somebody who may become a member, as seen by whom they are added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub user_id: UserId,
    /// Known here, not erased, and does not block the adder.
    pub is_visible: bool,
    /// Whether the two follow one another.
    pub is_connected: bool,
}

/// The role that is wanted for somebody who has `present`, or is not in: without a wish, that of a member for whoever is
/// added, and the present one for whoever is in.
#[must_use]
pub fn role_to_be(wanted: Option<Role>, present: Option<Role>) -> Role {
    wanted.or(present).unwrap_or(Role::Member)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_trimmed_and_counted_in_characters() {
        assert_eq!(title("  Tea at five \n"), Ok("Tea at five".to_owned()));
        assert_eq!(title(&"ü".repeat(80)).map(|title| title.len()), Ok(160));
        assert_eq!(title(&"ü".repeat(81)), Err(TextFault::TooLong(80)));
        assert_eq!(title(" \u{3000} "), Err(TextFault::Blank));
        assert_eq!(title("a\0b"), Err(TextFault::Nul));
        assert_eq!(topic("  "), Ok(String::new()));
        assert_eq!(topic(&"x".repeat(251)), Err(TextFault::TooLong(250)));
    }

    #[test]
    fn a_digest_tells_requests_apart_and_not_the_order_of_their_members() {
        let [ada, bob] = [1, 2].map(|id| UserId::from_uuid(Uuid::from_u128(id)));
        let group = NewConversation {
            kind: Kind::Group,
            title: "ab".to_owned(),
            topic: "c".to_owned(),
            member_ids: vec![ada, bob],
            client_id: None,
        };
        let turned = NewConversation { member_ids: vec![bob, ada], ..group.clone() };
        assert_eq!(group.digest(), turned.digest());
        let others = [
            NewConversation { kind: Kind::Room, ..group.clone() },
            NewConversation { title: "a".to_owned(), topic: "bc".to_owned(), ..group.clone() },
            NewConversation { member_ids: vec![ada], ..group.clone() },
        ];
        for other in others {
            assert_ne!(group.digest(), other.digest());
        }
    }

    #[test]
    fn without_a_wish_people_stay_what_they_are() {
        assert_eq!(role_to_be(None, None), Role::Member);
        assert_eq!(role_to_be(None, Some(Role::Owner)), Role::Owner);
        assert_eq!(role_to_be(Some(Role::Admin), None), Role::Admin);
    }
}
