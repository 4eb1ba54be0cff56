//! System messages: what the service tells in a conversation.

use pulse_types::UserId;

use crate::domain::conversation::{Role, UnknownValue};
use crate::domain::person::Person;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemEvent {
    /// A group was made.
    Created,
    /// Somebody was added to a group or by somebody to a room.
    MemberAdded,
    /// Somebody was removed.
    MemberRemoved,
    /// Somebody left.
    MemberLeft,
    /// Somebody has another role.
    RoleChanged,
    /// The title changed.
    Renamed,
    /// The topic changed.
    TopicChanged,
    /// The owner changed.
    Transferred,
    /// It takes no messages any more.
    Closed,
    /// It takes messages again.
    Reopened,
}

impl SystemEvent {
    /// The text in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::MemberAdded => "member_added",
            Self::MemberRemoved => "member_removed",
            Self::MemberLeft => "member_left",
            Self::RoleChanged => "role_changed",
            Self::Renamed => "renamed",
            Self::TopicChanged => "topic_changed",
            Self::Transferred => "transferred",
            Self::Closed => "closed",
            Self::Reopened => "reopened",
        }
    }
}

impl std::str::FromStr for SystemEvent {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "created" => Ok(Self::Created),
            "member_added" => Ok(Self::MemberAdded),
            "member_removed" => Ok(Self::MemberRemoved),
            "member_left" => Ok(Self::MemberLeft),
            "role_changed" => Ok(Self::RoleChanged),
            "renamed" => Ok(Self::Renamed),
            "topic_changed" => Ok(Self::TopicChanged),
            "transferred" => Ok(Self::Transferred),
            "closed" => Ok(Self::Closed),
            "reopened" => Ok(Self::Reopened),
            other => Err(UnknownValue(other.to_owned())),
        }
    }
}

/// The content of a system message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemNote {
    /// What happened.
    pub event: SystemEvent,
    /// Who did it; nobody when the service did.
    pub actor_id: Option<UserId>,
    /// How they are shown; none when they are gone.
    pub actor: Option<Person>,
    /// To whom; nobody when to the conversation.
    pub user_id: Option<UserId>,
    /// How they are shown; none when they are gone.
    pub user: Option<Person>,
    /// The new title; none when it was cleared.
    pub title: Option<String>,
    /// The new topic; none when it was cleared.
    pub topic: Option<String>,
    /// The new role.
    pub role: Option<Role>,
}

impl SystemNote {
    /// What `actor_id` did, to nobody in particular. How people are shown is read when it is stored.
    #[must_use]
    pub const fn new(event: SystemEvent, actor_id: Option<UserId>) -> Self {
        Self { event, actor_id, actor: None, user_id: None, user: None, title: None, topic: None, role: None }
    }

    /// The same, to somebody.
    #[must_use]
    pub fn to(self, user_id: UserId) -> Self {
        Self { user_id: Some(user_id), ..self }
    }
}
