//! Who may do what: the one place for every rule on kinds, roles and states. What depends on more than these (that a
//! conversation is full, that an owner leaves others behind) is decided by the operation.
//!
//! The order is the contract's: what the caller may not see, then what kind, role or connection forbid, then what the state
//! forbids.

use crate::domain::conversation::{Kind, Refusal, Role, require_member};

/// Something that somebody wants to do in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Read messages, receipts, changes; move marks; change what one chose for oneself.
    Read,
    /// See who is in it.
    ListMembers,
    /// Send a message, or show that one is typing.
    Write,
    /// Edit a message.
    Edit {
        /// Whether the caller wrote it; nobody wrote a system message.
        is_own: bool,
    },
    /// React to a message.
    React {
        /// Whether it is a system message.
        is_system: bool,
    },
    /// Delete a message.
    DeleteMessage {
        /// Whether the caller wrote it.
        is_own: bool,
        /// Whether it is a system message.
        is_system: bool,
    },
    /// Change title, topic or picture.
    Describe,
    /// Join, as somebody who may not be in yet.
    Join {
        /// Whether an admin removed the caller from the room.
        is_barred: bool,
    },
    /// Add somebody.
    AddMember {
        /// Whether that one and the caller follow one another.
        is_connected: bool,
    },
    /// Remove somebody else.
    RemoveMember {
        /// The other one's role; none when they are not in.
        target: Option<Role>,
    },
    /// Give a member a role.
    ChangeRole {
        /// The present role.
        target: Role,
        /// The role that is wanted.
        wanted: Role,
    },
    /// Make somebody else the owner.
    Transfer,
    /// Close or reopen.
    SetState,
    /// Delete the conversation.
    Delete,
    /// Leave.
    Leave,
}

/// Where somebody wants to do something, and as what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// What the conversation is.
    pub kind: Kind,
    /// Readable, not writable.
    pub is_closed: bool,
    /// Whether the two people of a direct are connected.
    pub is_connected: bool,
    /// The caller's role; none when the caller is not in.
    pub role: Option<Role>,
}

/// Whether somebody may do something.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::NotAMember`], [`Refusal::Forbidden`], [`Refusal::NotConnected`],
/// [`Refusal::ConversationClosed`]; the first one of these that is true.
pub fn require(place: Place, act: Act) -> Result<(), Refusal> {
    let is_public = place.kind == Kind::Room && matches!(act, Act::Join { .. } | Act::Leave);
    if !is_public {
        require_member(place.kind, place.role.is_some())?;
    }
    require_kind(place.kind, act)?;
    // Whoever is in a room has joined it, and whoever is not in has left it.
    if is_public && place.role.is_some() == matches!(act, Act::Join { .. }) {
        return Ok(());
    }
    require_role(place.role.unwrap_or(Role::Member), act)?;
    let is_apart = matches!(act, Act::AddMember { is_connected: false })
        || (writes(act) && place.kind == Kind::Direct && !place.is_connected);
    if is_apart {
        return Err(Refusal::NotConnected);
    }
    if needs_open(act) && place.is_closed {
        return Err(Refusal::ConversationClosed);
    }
    Ok(())
}

fn require_kind(kind: Kind, act: Act) -> Result<(), Refusal> {
    let is_for_all = matches!(
        act,
        Act::Read | Act::Write | Act::Edit { .. } | Act::React { .. } | Act::DeleteMessage { .. }
    );
    match kind {
        Kind::Direct if !is_for_all => {
            Err(Refusal::Forbidden("a direct conversation belongs to its two people as it is"))
        }
        Kind::Group if matches!(act, Act::Join { .. }) => {
            Err(Refusal::Forbidden("a group is by invitation; rooms are joined"))
        }
        Kind::Direct | Kind::Group | Kind::Room => Ok(()),
    }
}

fn require_role(role: Role, act: Act) -> Result<(), Refusal> {
    let manages = matches!(role, Role::Owner | Role::Admin);
    match act {
        Act::Read | Act::ListMembers | Act::Write | Act::Leave | Act::Join { is_barred: false } => Ok(()),
        Act::Join { is_barred: true } => {
            Err(Refusal::Forbidden("you were removed from this room; an admin may add you again"))
        }
        Act::Edit { is_own: true } | Act::React { is_system: false } => Ok(()),
        Act::Edit { is_own: false } => Err(Refusal::Forbidden("only its sender edits a message")),
        Act::React { is_system: true } | Act::DeleteMessage { is_system: true, .. } => {
            Err(Refusal::Forbidden("a system message stays as it is"))
        }
        Act::DeleteMessage { is_own, is_system: false } if is_own || manages => Ok(()),
        Act::DeleteMessage { .. } => {
            Err(Refusal::Forbidden("only its sender, the owner and admins delete a message"))
        }
        Act::ChangeRole { target, wanted } if manages && target == wanted => Ok(()),
        Act::RemoveMember { target: Some(Role::Owner) } | Act::ChangeRole { target: Role::Owner, .. }
            if manages =>
        {
            Err(Refusal::Forbidden("the owner stays the owner until the conversation is transferred"))
        }
        Act::Describe | Act::AddMember { .. } | Act::RemoveMember { .. } | Act::ChangeRole { .. }
            if manages =>
        {
            Ok(())
        }
        Act::Describe | Act::AddMember { .. } | Act::RemoveMember { .. } | Act::ChangeRole { .. } => {
            Err(Refusal::Forbidden("only the owner and admins do this"))
        }
        Act::Transfer | Act::SetState | Act::Delete if role == Role::Owner => Ok(()),
        Act::Transfer | Act::SetState | Act::Delete => Err(Refusal::Forbidden("only the owner does this")),
    }
}

const fn writes(act: Act) -> bool {
    matches!(act, Act::Write | Act::Edit { .. } | Act::React { .. })
}

const fn needs_open(act: Act) -> bool {
    writes(act) || matches!(act, Act::Describe | Act::AddMember { .. } | Act::Join { .. })
}

#[cfg(test)]
mod tests;
