//! People, what is between them, and one's own account with its settings (contract sections 3 and 4).

use pulse_types::{FollowRequestId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::moment::Moment;
use crate::domain::session::Account;

/// The little that is shown of a person beside a message or in a list of members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UserLite {
    /// The person's id.
    #[schema(value_type = uuid::Uuid)]
    pub id: UserId,
    /// Lower case, unique.
    #[schema(example = "ada")]
    pub username: String,
    /// How the person wants to be called.
    #[schema(example = "Ada Lovelace")]
    pub display_name: String,
    /// Address of the picture, which needs no token; `null` when there is none.
    #[schema(required = true)]
    pub avatar_url: Option<String>,
}

/// One direction of a follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FollowState {
    /// No follow.
    None,
    /// Asked for, not yet answered.
    Requested,
    /// Accepted.
    Accepted,
}

/// What is between the caller and a person, as the caller sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Relationship {
    /// Whether the caller follows the person.
    pub following: FollowState,
    /// Whether the person follows the caller.
    pub followed_by: FollowState,
    /// Both directions are accepted: the two may chat.
    pub connected: bool,
    /// The caller blocks the person.
    pub blocking: bool,
    /// The caller mutes the person.
    pub muting: bool,
}

/// A person as the caller sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct User {
    /// The person's id.
    #[schema(value_type = uuid::Uuid)]
    pub id: UserId,
    /// Lower case, unique.
    #[schema(example = "ada")]
    pub username: String,
    /// How the person wants to be called.
    #[schema(example = "Ada Lovelace")]
    pub display_name: String,
    /// Address of the picture, which needs no token; `null` when there is none.
    #[schema(required = true)]
    pub avatar_url: Option<String>,
    /// What the person tells of themselves; may be empty.
    pub bio: String,
    /// When the account was made.
    pub created_at: Moment,
    /// Absent for oneself, and while the service that knows it is down.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub relationship: Option<Relationship>,
}

/// A request to follow that waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FollowRequest {
    /// The request's id.
    #[schema(value_type = uuid::Uuid)]
    pub id: FollowRequestId,
    /// The other one: who asks, or who is asked.
    pub user: User,
    /// When it was made.
    pub created_at: Moment,
}

/// What a person chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Settings {
    /// Found by search.
    pub discoverable: bool,
    /// `everyone` or `nobody`.
    #[schema(example = "everyone")]
    pub who_can_follow: String,
    /// Each follow needs an answer.
    pub approve_follows: bool,
    /// `connections` or `nobody`.
    #[schema(example = "connections")]
    pub show_presence: String,
    /// `connections` or `nobody`.
    #[schema(example = "connections")]
    pub show_last_seen: String,
    /// Others see what one has read, and the other way round.
    pub send_read_receipts: bool,
    /// Others see that one is typing, and the other way round.
    pub send_typing: bool,
    /// `all`, `mentions` (and directs) or `none`.
    #[schema(example = "all")]
    pub notification_level: String,
    /// `system`, `light` or `dark`.
    #[schema(example = "system")]
    pub theme: String,
    /// BCP 47 tag.
    #[schema(example = "en")]
    pub locale: String,
}

impl Default for Settings {
    /// The defaults of the contract: what a person has who never chose.
    fn default() -> Self {
        Self {
            discoverable: true,
            who_can_follow: "everyone".to_owned(),
            approve_follows: true,
            show_presence: "connections".to_owned(),
            show_last_seen: "connections".to_owned(),
            send_read_receipts: true,
            send_typing: true,
            notification_level: "all".to_owned(),
            theme: "system".to_owned(),
            locale: "en".to_owned(),
        }
    }
}

/// Oneself: profile, account and settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Me {
    /// One's own id.
    #[schema(value_type = uuid::Uuid)]
    pub id: UserId,
    /// Lower case, unique.
    #[schema(example = "ada")]
    pub username: String,
    /// How one wants to be called.
    #[schema(example = "Ada Lovelace")]
    pub display_name: String,
    /// Address of the picture; `null` when there is none.
    #[schema(required = true)]
    pub avatar_url: Option<String>,
    /// What one tells of oneself; may be empty.
    pub bio: String,
    /// When the account was made.
    pub created_at: Moment,
    /// The address of the account; `null` when it has none.
    #[schema(required = true, example = "ada@example.com")]
    pub email: Option<String>,
    /// Whether the address was shown to be one's own.
    pub email_verified: bool,
    /// A new address that waits to be verified.
    #[schema(required = true)]
    pub pending_email: Option<String>,
    /// Whether one can sign in by password.
    pub has_password: bool,
    /// Whether a second factor is active.
    pub totp_enabled: bool,
    /// `operator`, or nothing.
    pub roles: Vec<String>,
    /// What one chose.
    pub settings: Settings,
}

impl Me {
    /// Puts account and profile together. Without a profile (the service that knows it is down, or has not made it yet) one
    /// is called by the username and has the default settings.
    #[must_use]
    pub fn compose(account: Account, profile: Option<(User, Settings)>) -> Self {
        let (profile, settings) =
            profile.map_or_else(|| (None, Settings::default()), |(user, settings)| (Some(user), settings));
        let (display_name, avatar_url, bio) = match profile {
            Some(user) => (user.display_name, user.avatar_url, user.bio),
            None => (account.username.clone(), None, String::new()),
        };
        Self {
            id: account.user_id,
            username: account.username,
            display_name,
            avatar_url,
            bio,
            created_at: account.created_at,
            email: account.email,
            email_verified: account.email_verified,
            pending_email: account.pending_email,
            has_password: account.has_password,
            totp_enabled: account.totp_enabled,
            roles: account.roles,
            settings,
        }
    }
}
