//! Members of groups and rooms: who is in, who is added, who gets another role, who goes.
//!
//! System messages tell what somebody did to a membership: additions, removals and other roles in groups and rooms, and leaving
//! a group. Whoever joins or leaves a room does it silently. A transfer is told as such, and not as two other roles.

use pulse_types::{ConversationId, InvalidCursor, UserId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::domain::change::{Change, ConversationRemoved, MemberChange, MemberChanged, RemovalReason};
use crate::domain::conversation::{Kind, Member, Refusal, Role};
use crate::domain::group::role_to_be;
use crate::domain::policy::{self, Act, Place};
use crate::domain::system::{SystemEvent, SystemNote};
use crate::ops::Context;
use crate::ops::changing::{ChangeError, Changing};
use crate::ops::deletion;
use crate::store::departure::Departure;
use crate::store::membership::MemberPosition;
use crate::store::{self, StoreError};

const MEMBERS: &str = "members";

/// The members could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The rules do not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The cursor is none of this list.
    #[error(transparent)]
    Cursor(#[from] InvalidCursor),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Somebody was not added, or has the role of before.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// The rules do not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nobody is known by this id, or they may not be seen.
    #[error("there is no such person, or you may not see them")]
    UnknownPerson,
    /// There is no place left.
    #[error("the conversation is full: at most {0} members")]
    Full(i32),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Which page of the members is wanted.
#[derive(Debug, Clone)]
pub struct MembersRequest {
    /// At most so many, 1..100.
    pub limit: usize,
    /// Where to go on; empty for the first page.
    pub cursor: String,
}

/// Where a page of members ends.
#[derive(Serialize, Deserialize)]
struct MembersCursor {
    #[serde(rename = "c")]
    conversation_id: ConversationId,
    #[serde(rename = "l")]
    limit: usize,
    #[serde(rename = "r")]
    role: String,
    #[serde(rename = "j")]
    joined_at_ms: i64,
    #[serde(rename = "u")]
    user_id: UserId,
}

/// A page of members, and the cursor of the next one, empty on the last.
///
/// # Errors
/// [`ListError`].
pub async fn list(
    context: &Context,
    user_id: UserId,
    conversation_id: ConversationId,
    request: MembersRequest,
) -> Result<(Vec<Member>, String), ListError> {
    let mut conn = context.db.conn().await?;
    let found = store::conversation::find(&mut conn, conversation_id, user_id).await?;
    let found = found.ok_or(Refusal::NotFound)?;
    let role = found.my.map(|my| my.role);
    let place = Place { kind: found.kind, is_closed: found.is_closed, is_connected: true, role };
    policy::require(place, Act::ListMembers)?;
    let after = position(context, conversation_id, &request)?;
    // One more than is shown tells whether there is a next page.
    let limit = i64::try_from(request.limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut members = store::membership::list(&mut conn, conversation_id, after, limit).await?;
    let has_more = members.len() > request.limit;
    members.truncate(request.limit);
    let next_cursor = match members.last() {
        Some(last) if has_more => {
            let milliseconds = last.joined_at.unix_timestamp_nanos() / 1_000_000;
            let cursor = MembersCursor {
                conversation_id,
                limit: request.limit,
                role: last.role.as_str().to_owned(),
                joined_at_ms: i64::try_from(milliseconds).unwrap_or_default(),
                user_id: last.user_id,
            };
            context.cursors.seal(MEMBERS, &cursor)
        }
        _ => String::new(),
    };
    Ok((members, next_cursor))
}

fn position(
    context: &Context,
    conversation_id: ConversationId,
    request: &MembersRequest,
) -> Result<Option<MemberPosition>, InvalidCursor> {
    if request.cursor.is_empty() {
        return Ok(None);
    }
    let cursor: MembersCursor = context.cursors.open(MEMBERS, &request.cursor)?;
    if cursor.conversation_id != conversation_id || cursor.limit != request.limit {
        return Err(InvalidCursor);
    }
    let nanoseconds = i128::from(cursor.joined_at_ms) * 1_000_000;
    let joined_at = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).map_err(|_| InvalidCursor)?;
    let role = cursor.role.parse().map_err(|_| InvalidCursor)?;
    Ok(Some(MemberPosition { role, joined_at, user_id: cursor.user_id }))
}

/// Adds somebody, or gives a member another role; tells the member, and whether they were added. Without a wish whoever is
/// added becomes a member, and whoever is in stays what they are.
///
/// # Errors
/// [`PutError`].
pub async fn put(
    context: &Context,
    caller_id: UserId,
    conversation_id: ConversationId,
    user_id: UserId,
    wanted: Option<Role>,
) -> Result<(Member, bool), PutError> {
    let mut changing = Changing::lock(context, conversation_id).await?.ok_or(Refusal::NotFound)?;
    let place = changing.place_of(caller_id).await?;
    policy::require(place, Act::Read)?;
    let present = store::membership::find(changing.conn(), conversation_id, user_id).await?;
    let Some(present) = present else {
        let role = role_to_be(wanted, None);
        return Ok((add(changing, (caller_id, place), user_id, role).await?, true));
    };
    let role = role_to_be(wanted, Some(present.role));
    policy::require(place, Act::ChangeRole { target: present.role, wanted: role })?;
    if role == present.role {
        return Ok((present, false));
    }
    let version = changing.next_version();
    store::membership::set_role(changing.conn(), conversation_id, user_id, role, version).await?;
    let member = Member { role, version, ..present };
    tell(&mut changing, &member, MemberChange::Updated).await?;
    let note = SystemNote::new(SystemEvent::RoleChanged, Some(caller_id)).to(user_id);
    changing.note(SystemNote { role: Some(role), ..note }).await?;
    changing.commit().await?;
    Ok((member, false))
}

async fn add(
    mut changing: Changing<'_>,
    (caller_id, place): (UserId, Place),
    user_id: UserId,
    role: Role,
) -> Result<Member, PutError> {
    let conversation_id = changing.head.conversation_id;
    let held = store::candidate::list_held(changing.conn(), caller_id, &[user_id]).await?;
    let candidate = held.first().filter(|candidate| candidate.is_visible).ok_or(PutError::UnknownPerson)?;
    policy::require(place, Act::AddMember { is_connected: candidate.is_connected })?;
    let max = changing.members_max();
    if changing.head.member_count >= max {
        return Err(PutError::Full(max));
    }
    let member = admit(&mut changing, user_id, role).await?;
    changing.note(SystemNote::new(SystemEvent::MemberAdded, Some(caller_id)).to(user_id)).await?;
    let seq = changing.head.last_seq;
    store::member::catch_up(changing.conn(), conversation_id, user_id, seq).await?;
    let seen = changing.seen_by(user_id).await?;
    changing.greet(user_id, seen);
    changing.commit().await?;
    Ok(member)
}

/// Lets somebody in, with all that is there read, and tells every member.
pub(super) async fn admit(
    changing: &mut Changing<'_>,
    user_id: UserId,
    role: Role,
) -> Result<Member, StoreError> {
    let (conversation_id, seq, joined_at) =
        (changing.head.conversation_id, changing.head.last_seq, changing.now);
    let version = changing.next_version();
    changing.head.member_count += 1;
    let member = Member { user_id, person: None, role, joined_at, version };
    let conn = changing.conn();
    store::membership::insert(conn, conversation_id, &member, seq).await?;
    store::departure::forget(conn, conversation_id, user_id).await?;
    let stored = store::membership::find(conn, conversation_id, user_id).await?;
    let member = stored.ok_or(StoreError::Corrupt { table: "members", id: user_id.as_uuid() })?;
    changing.members_changed();
    tell(changing, &member, MemberChange::Added).await?;
    Ok(member)
}

/// Removes somebody else, who may not join the room again until added; of oneself: leaves. Whoever is not in stays out.
///
/// # Errors
/// [`ChangeError`].
pub async fn remove(
    context: &Context,
    caller_id: UserId,
    conversation_id: ConversationId,
    user_id: UserId,
) -> Result<(), ChangeError> {
    if caller_id == user_id {
        return leave(context, user_id, conversation_id).await;
    }
    let mut changing = Changing::lock(context, conversation_id).await?.ok_or(Refusal::NotFound)?;
    let place = changing.place_of(caller_id).await?;
    let present = store::membership::find(changing.conn(), conversation_id, user_id).await?;
    policy::require(place, Act::RemoveMember { target: present.as_ref().map(|member| member.role) })?;
    let Some(member) = present else { return Ok(()) };
    let is_barred = changing.head.kind == Kind::Room;
    depart(&mut changing, member, Some(is_barred)).await?;
    changing.note(SystemNote::new(SystemEvent::MemberRemoved, Some(caller_id)).to(user_id)).await?;
    tell_removed(&mut changing, user_id, RemovalReason::Removed);
    changing.commit().await?;
    Ok(())
}

/// Leaves a group or room; the last one out deletes it. Whoever is not in a room has left it.
///
/// # Errors
/// [`ChangeError`]; a conflict for the owner while others are there.
pub async fn leave(
    context: &Context,
    user_id: UserId,
    conversation_id: ConversationId,
) -> Result<(), ChangeError> {
    let mut changing = Changing::lock(context, conversation_id).await?.ok_or(Refusal::NotFound)?;
    let place = changing.place_of(user_id).await?;
    policy::require(place, Act::Leave)?;
    let present = store::membership::find(changing.conn(), conversation_id, user_id).await?;
    let Some(member) = present else { return Ok(()) };
    if changing.head.member_count <= 1 {
        return Ok(deletion::dissolve(changing, RemovalReason::Left).await?);
    }
    if member.role == Role::Owner {
        return Err(Refusal::Conflict("the owner leaves last, or transfers the conversation first").into());
    }
    depart(&mut changing, member, Some(false)).await?;
    if changing.head.kind == Kind::Group {
        changing.note(SystemNote::new(SystemEvent::MemberLeft, Some(user_id)).to(user_id)).await?;
    }
    tell_removed(&mut changing, user_id, RemovalReason::Left);
    changing.commit().await?;
    Ok(())
}

/// Ends a membership and tells those who stay. Without `is_barred` nothing tells later that the person was there.
pub(super) async fn depart(
    changing: &mut Changing<'_>,
    member: Member,
    is_barred: Option<bool>,
) -> Result<(), StoreError> {
    let (conversation_id, departed_at) = (changing.head.conversation_id, changing.now);
    let version = changing.next_version();
    changing.head.member_count -= 1;
    store::membership::delete(changing.conn(), conversation_id, member.user_id).await?;
    if let Some(is_barred) = is_barred {
        let user_id = member.user_id;
        let departure = Departure { conversation_id, user_id, version, is_barred, departed_at };
        store::departure::record(changing.conn(), departure).await?;
    }
    changing.members_changed();
    tell(changing, &Member { version, ..member }, MemberChange::Removed).await
}

async fn tell(changing: &mut Changing<'_>, member: &Member, change: MemberChange) -> Result<(), StoreError> {
    let changed = MemberChanged {
        conversation_id: changing.head.conversation_id,
        member: member.clone(),
        member_count: changing.head.member_count,
        change,
        is_on_both_planes: false,
    };
    changing.tell_member(changed).await
}

/// Tells somebody that they are not a member any more.
pub(super) fn tell_removed(changing: &mut Changing<'_>, user_id: UserId, reason: RemovalReason) {
    let removed = ConversationRemoved {
        conversation_id: changing.head.conversation_id,
        user_id,
        version: changing.head.version,
        reason,
    };
    changing.tell_people(&Change::ConversationRemoved(removed), [user_id]);
}
