//! Conversations, their members, and who may see and do what.

use pulse_types::{ConversationId, UserId};
use time::OffsetDateTime;

use crate::domain::mark::Marks;
use crate::domain::message::Message;
use crate::domain::person::{Pair, Person};

/// Members up to whose number an event goes to each of them; above, to the conversation's own subject.
pub const INBOX_FANOUT_MAX: i32 = 64;

/// A text of the database that stands for none of the known values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown value `{0}`")]
pub struct UnknownValue(pub String);

/// What a conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Two connected people.
    Direct,
    /// Private, by invitation.
    Group,
    /// Public.
    Room,
}

impl Kind {
    /// The text in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Group => "group",
            Self::Room => "room",
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "direct" => Ok(Self::Direct),
            "group" => Ok(Self::Group),
            "room" => Ok(Self::Room),
            other => Err(UnknownValue(other.to_owned())),
        }
    }
}

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Reads and writes.
    Member,
    /// Manages members too.
    Admin,
    /// Owns the conversation.
    Owner,
}

impl Role {
    /// The text in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "member" => Ok(Self::Member),
            "admin" => Ok(Self::Admin),
            "owner" => Ok(Self::Owner),
            other => Err(UnknownValue(other.to_owned())),
        }
    }
}

/// A member's own part in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// What the member may do.
    pub role: Role,
    /// Since when.
    pub joined_at: OffsetDateTime,
    /// How far the member has come.
    pub marks: Marks,
    /// Undeleted messages above `read_seq` that mention the member.
    pub mention_count: i64,
    /// Muted up to then.
    pub muted_until: Option<OffsetDateTime>,
    /// Marked by the member.
    pub is_pinned: bool,
    /// Put away by the member.
    pub is_archived: bool,
}

/// Somebody in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user_id: UserId,
    /// How they are shown; none when they are gone.
    pub person: Option<Person>,
    /// What they may do.
    pub role: Role,
    /// Since when.
    pub joined_at: OffsetDateTime,
    /// The conversation's version of their last change.
    pub version: i64,
}

/// A conversation as one user sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Which one.
    pub conversation_id: ConversationId,
    /// What it is.
    pub kind: Kind,
    /// Empty when there is none.
    pub title: String,
    /// Empty when there is none.
    pub topic: String,
    /// Address of the picture; empty when there is none.
    pub avatar_url: String,
    /// Readable, not writable.
    pub is_closed: bool,
    /// Nobody in a direct.
    pub owner_id: Option<UserId>,
    /// How many members.
    pub member_count: i32,
    /// Position of the newest message; 0 before the first.
    pub last_seq: i64,
    /// Count of durable changes.
    pub version: i64,
    /// The newest message; none for those who are not members.
    pub last_message: Option<Message>,
    /// None for those who are not members.
    pub my: Option<Membership>,
    /// The other one of a direct.
    pub peer: Option<Person>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it changed last.
    pub updated_at: OffsetDateTime,
    /// When the newest message came, or the conversation.
    pub active_at: OffsetDateTime,
}

/// The part of a conversation that a change is decided on, as it stands under its lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Which one.
    pub conversation_id: ConversationId,
    /// What it is.
    pub kind: Kind,
    /// Readable, not writable.
    pub is_closed: bool,
    /// Nobody in a direct.
    pub owner_id: Option<UserId>,
    /// The two people of a direct.
    pub pair: Option<Pair>,
    /// Whether the two people of a direct are connected.
    pub is_connected: bool,
    /// How many members.
    pub member_count: i32,
    /// Position of the newest message.
    pub last_seq: i64,
    /// Count of durable changes.
    pub version: i64,
    /// When the newest message came.
    pub active_at: OffsetDateTime,
}

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is none, or the caller may not see it.
    #[error("there is no such conversation, or you may not see it")]
    NotFound,
    /// A room that the caller has not joined.
    #[error("join the room first")]
    NotAMember,
    /// The two people of a direct do not follow one another (any more).
    #[error("you and this person are not connected")]
    NotConnected,
    /// Readable, not writable.
    #[error("the conversation is closed")]
    ConversationClosed,
    /// The caller's role, or the kind of the conversation, does not allow it.
    #[error("{0}")]
    Forbidden(&'static str),
    /// What is stored does not allow it.
    #[error("{0}")]
    Conflict(&'static str),
    /// The `client_id` stands for another message.
    #[error("the client_id was used for another message; take a new one for each message")]
    IdempotencyMismatch,
    /// The answered message is not one of this conversation.
    #[error("reply_to names no message of this conversation")]
    ReplyToInvalid,
    /// The upload at this place is not the sender's, has ended, or was used.
    #[error("must be an own upload of the last 24 hours that was not used yet")]
    AttachmentInvalid(usize),
    /// A message without files can't be empty.
    #[error("is required: the message has no files")]
    BodyRequired,
    /// There are as many different emoji on the message as may be.
    #[error("a message takes no more different emoji")]
    TooManyReactions,
}

/// Whether somebody may read a conversation: members may; to others a room says that they must join, anything else that it
/// does not exist.
///
/// # Errors
/// [`Refusal::NotFound`] or [`Refusal::NotAMember`].
pub const fn require_member(kind: Kind, is_member: bool) -> Result<(), Refusal> {
    match (is_member, kind) {
        (true, _) => Ok(()),
        (false, Kind::Room) => Err(Refusal::NotAMember),
        (false, Kind::Direct | Kind::Group) => Err(Refusal::NotFound),
    }
}

impl Head {
    /// Whether members may write now.
    ///
    /// # Errors
    /// [`Refusal::NotConnected`] or [`Refusal::ConversationClosed`].
    pub fn require_writable(&self) -> Result<(), Refusal> {
        if self.kind == Kind::Direct && !self.is_connected {
            return Err(Refusal::NotConnected);
        }
        if self.is_closed {
            return Err(Refusal::ConversationClosed);
        }
        Ok(())
    }
}
