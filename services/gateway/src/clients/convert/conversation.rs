//! Conversations and members as message-store tells them, turned into the shapes of the public contract.

use pulse_proto::common::v1::Person;
use pulse_proto::messages::v1 as messages;
use pulse_rpc::Failure;
use pulse_types::UserId;
use time::OffsetDateTime;

use super::{corrupt, filled, id, message, moment, optional_id, optional_moment, person};
use crate::domain::User;
use crate::domain::conversation::{Conversation, ConversationKind, ConversationState, Member, My, Role};

/// What message-store knows of the other one of a direct: without bio and relationship, which social-graph adds while it is
/// up. The id tells when the account was made.
fn peer(person: Person) -> Result<User, Failure> {
    let user_id: UserId = id("peer.user_id", &person.user_id)?;
    let created_at = user_id.made_at().unwrap_or(OffsetDateTime::UNIX_EPOCH);
    Ok(User {
        id: user_id,
        username: person.username,
        display_name: person.display_name,
        avatar_url: filled(person.avatar_url),
        bio: String::new(),
        created_at: created_at.into(),
        relationship: None,
    })
}

/// Reads a conversation.
///
/// # Errors
/// `internal` when it is absent or a field is corrupt.
pub fn conversation(found: Option<messages::Conversation>) -> Result<Conversation, Failure> {
    let found = found.ok_or_else(|| corrupt("conversation"))?;
    let kind = match found.kind() {
        messages::ConversationKind::Direct => ConversationKind::Direct,
        messages::ConversationKind::Group => ConversationKind::Group,
        messages::ConversationKind::Room => ConversationKind::Room,
        messages::ConversationKind::Unspecified => return Err(corrupt("conversation.kind")),
    };
    let state = match found.state() {
        messages::ConversationState::Open => ConversationState::Open,
        messages::ConversationState::Closed => ConversationState::Closed,
        messages::ConversationState::Unspecified => return Err(corrupt("conversation.state")),
    };
    Ok(Conversation {
        id: id("conversation_id", &found.conversation_id)?,
        kind,
        title: filled(found.title),
        topic: filled(found.topic),
        avatar_url: filled(found.avatar_url),
        state,
        owner_id: optional_id("owner_id", &found.owner_id)?,
        member_count: found.member_count,
        online_count: None,
        last_seq: found.last_seq,
        version: found.version,
        last_message: found.last_message.map(message).transpose()?,
        my: found.my.map(my).transpose()?,
        peer: found.peer.map(peer).transpose()?,
        created_at: moment("conversation.created_at", found.created_at)?,
        updated_at: moment("conversation.updated_at", found.updated_at)?,
    })
}

/// A kind as protobuf has it.
#[must_use]
pub const fn kind_message(kind: ConversationKind) -> messages::ConversationKind {
    match kind {
        ConversationKind::Direct => messages::ConversationKind::Direct,
        ConversationKind::Group => messages::ConversationKind::Group,
        ConversationKind::Room => messages::ConversationKind::Room,
    }
}

/// Reads somebody in a conversation; `None` when the person is gone meanwhile.
///
/// # Errors
/// `internal` when it is absent or a field is corrupt.
pub fn member(found: Option<messages::Member>) -> Result<Option<Member>, Failure> {
    let found = found.ok_or_else(|| corrupt("member"))?;
    let role = role(found.role())?;
    let Some(user) = found.user else { return Ok(None) };
    let joined_at = moment("member.joined_at", found.joined_at)?;
    Ok(Some(Member { user: person(user)?, role, joined_at, version: found.version }))
}

/// Reads what a member may do.
///
/// # Errors
/// `internal` when it is absent.
pub fn role(role: messages::MemberRole) -> Result<Role, Failure> {
    match role {
        messages::MemberRole::Member => Ok(Role::Member),
        messages::MemberRole::Admin => Ok(Role::Admin),
        messages::MemberRole::Owner => Ok(Role::Owner),
        messages::MemberRole::Unspecified => Err(corrupt("role")),
    }
}

fn my(found: messages::Membership) -> Result<My, Failure> {
    Ok(My {
        role: role(found.role())?,
        joined_at: moment("my.joined_at", found.joined_at)?,
        read_seq: found.read_seq,
        delivered_seq: found.delivered_seq,
        unread_count: found.unread_count,
        mention_count: found.mention_count,
        muted_until: optional_moment("my.muted_until", found.muted_until)?,
        pinned: found.pinned,
        archived: found.archived,
    })
}
