//! Events of message-store, turned into the shapes of the public contract.

use pulse_proto::messages::v1 as messages;
use pulse_rpc::Failure;

use super::message::for_everybody;
use super::{corrupt, id, moment, person, reactions};
use crate::domain::live::{
    ConversationRemoved, MemberChanged, MessageDeleted, ReactionUpdated, ReceiptUpdated, RemovalReason,
};

/// Reads a deletion.
///
/// # Errors
/// `internal` when a field is corrupt, so with all functions below.
pub fn message_deleted(found: &messages::MessageDeleted) -> Result<MessageDeleted, Failure> {
    Ok(MessageDeleted {
        conversation_id: id("conversation_id", &found.conversation_id)?,
        message_id: id("message_id", &found.message_id)?,
        seq: found.seq,
        version: found.version,
        deleted_at: moment("deleted_at", found.deleted_at)?,
    })
}

/// Reads a reaction.
///
/// # Errors
/// As told above.
pub fn reaction_updated(found: messages::ReactionUpdated) -> Result<ReactionUpdated, Failure> {
    Ok(ReactionUpdated {
        conversation_id: id("conversation_id", &found.conversation_id)?,
        message_id: id("message_id", &found.message_id)?,
        seq: found.seq,
        version: found.version,
        user_id: id("user_id", &found.user_id)?,
        emoji: found.emoji,
        active: found.active,
        reactions: for_everybody(reactions(found.reactions)),
    })
}

/// Reads a change of a member.
///
/// # Errors
/// As told above.
pub fn member_changed(found: messages::MemberChanged) -> Result<MemberChanged, Failure> {
    Ok(MemberChanged {
        conversation_id: id("conversation_id", &found.conversation_id)?,
        version: found.version,
        user_id: id("user_id", &found.user_id)?,
        role: super::conversation::role(found.role())?,
        user: found.user.map(person).transpose()?,
        joined_at: moment("joined_at", found.joined_at)?,
        member_count: found.member_count,
        on_both_planes: found.on_both_planes,
    })
}

/// Reads the end of a membership.
///
/// # Errors
/// As told above.
pub fn conversation_removed(found: &messages::ConversationRemoved) -> Result<ConversationRemoved, Failure> {
    let reason = match found.reason() {
        messages::RemovalReason::Left => RemovalReason::Left,
        messages::RemovalReason::Removed => RemovalReason::Removed,
        messages::RemovalReason::Deleted => RemovalReason::Deleted,
        messages::RemovalReason::Unspecified => return Err(corrupt("reason")),
    };
    let conversation_id = id("conversation_id", &found.conversation_id)?;
    Ok(ConversationRemoved { conversation_id, version: found.version, reason })
}

/// Reads a mark.
///
/// # Errors
/// As told above.
pub fn marks_moved(found: &messages::MarksMoved) -> Result<ReceiptUpdated, Failure> {
    Ok(ReceiptUpdated {
        conversation_id: id("conversation_id", &found.conversation_id)?,
        user_id: id("user_id", &found.user_id)?,
        delivered_seq: found.delivered_seq,
        read_seq: found.read_seq,
    })
}
