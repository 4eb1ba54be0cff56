//! Who is in a group or room as what, one by one, and what a member chose for themselves.

use pulse_types::{ConversationId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::conversation::{Member, Role};
use crate::store::row::person;
use crate::store::{Conn, StoreError};

struct MemberRow {
    user_id: Uuid,
    role: String,
    joined_at: OffsetDateTime,
    version: i64,
    person_id: Option<Uuid>,
    username: Option<String>,
    display_name: Option<String>,
    avatar_url: Option<String>,
}

impl TryFrom<MemberRow> for Member {
    type Error = StoreError;

    fn try_from(row: MemberRow) -> Result<Self, Self::Error> {
        let corrupt = |_| StoreError::Corrupt { table: "members", id: row.user_id };
        Ok(Self {
            user_id: UserId::from_uuid(row.user_id),
            role: row.role.parse().map_err(corrupt)?,
            person: person(row.person_id, row.username, row.display_name, row.avatar_url),
            joined_at: row.joined_at,
            version: row.version,
        })
    }
}

/// Where a page of members begins: after this one.
#[derive(Debug, Clone, Copy)]
pub struct MemberPosition {
    /// The role.
    pub role: Role,
    /// Since when they are in.
    pub joined_at: OffsetDateTime,
    /// Who, for those who came in the same moment.
    pub user_id: UserId,
}

/// The place of a role among the members, as in `members_rank_idx`.
const fn rank(role: Role) -> i32 {
    match role {
        Role::Owner => 0,
        Role::Admin => 1,
        Role::Member => 2,
    }
}

/// A page of members: the owner, admins, then the others, each by when they came.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    conn: &mut Conn,
    conversation_id: ConversationId,
    after: Option<MemberPosition>,
    limit: i64,
) -> Result<Vec<Member>, StoreError> {
    let rows = sqlx::query_as!(
        MemberRow,
        r#"SELECT m.user_id, m.role, m.joined_at, m.version, p.user_id AS "person_id?", p.username AS "username?",
                  p.display_name AS "display_name?", p.avatar_url AS "avatar_url?"
           FROM members m LEFT JOIN people p ON p.user_id = m.user_id
           WHERE m.conversation_id = $1 AND ((CASE m.role WHEN 'owner' THEN 0 WHEN 'admin' THEN 1 ELSE 2 END), m.joined_at, m.user_id)
                 > ($2::integer, $3, $4)
           ORDER BY (CASE m.role WHEN 'owner' THEN 0 WHEN 'admin' THEN 1 ELSE 2 END), m.joined_at, m.user_id
           LIMIT $5"#,
        conversation_id.as_uuid(),
        after.map_or(-1, |after| rank(after.role)),
        after.map_or(OffsetDateTime::UNIX_EPOCH, |after| after.joined_at),
        after.map_or(Uuid::nil(), |after| after.user_id.as_uuid()),
        limit,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Member::try_from).collect()
}

/// One member; `None` when they are not in.
///
/// # Errors
/// [`StoreError`].
pub async fn find(
    conn: &mut Conn,
    conversation_id: ConversationId,
    user_id: UserId,
) -> Result<Option<Member>, StoreError> {
    let row = sqlx::query_as!(
        MemberRow,
        r#"SELECT m.user_id, m.role, m.joined_at, m.version, p.user_id AS "person_id?", p.username AS "username?",
                  p.display_name AS "display_name?", p.avatar_url AS "avatar_url?"
           FROM members m LEFT JOIN people p ON p.user_id = m.user_id
           WHERE m.conversation_id = $1 AND m.user_id = $2"#,
        conversation_id.as_uuid(),
        user_id.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    row.map(Member::try_from).transpose()
}

/// Who comes after an owner who goes: the longest-serving admin, else the longest-serving member; `None` when nobody is left.
///
/// # Errors
/// [`StoreError`].
pub async fn find_successor(
    conn: &mut Conn,
    conversation_id: ConversationId,
    owner_id: UserId,
) -> Result<Option<UserId>, StoreError> {
    let id = sqlx::query_scalar!(
        "SELECT user_id FROM members WHERE conversation_id = $1 AND user_id <> $2
         ORDER BY (CASE role WHEN 'owner' THEN 0 WHEN 'admin' THEN 1 ELSE 2 END), joined_at, user_id LIMIT 1",
        conversation_id.as_uuid(),
        owner_id.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(UserId::from_uuid))
}

/// Adds somebody to a locked conversation by a change that has `version`, with everything up to `seq` read.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(
    conn: &mut Conn,
    conversation_id: ConversationId,
    member: &Member,
    seq: i64,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO members (conversation_id, user_id, role, joined_at, version, read_seq, delivered_seq)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
        conversation_id.as_uuid(),
        member.user_id.as_uuid(),
        member.role.as_str(),
        member.joined_at,
        member.version,
        seq,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives a member of a locked conversation another role, by a change that has `version`.
///
/// # Errors
/// [`StoreError`].
pub async fn set_role(
    conn: &mut Conn,
    conversation_id: ConversationId,
    user_id: UserId,
    role: Role,
    version: i64,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE members SET role = $3, version = $4, changed_xid = pg_current_xact_id()
         WHERE conversation_id = $1 AND user_id = $2",
        conversation_id.as_uuid(),
        user_id.as_uuid(),
        role.as_str(),
        version,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends a membership of a locked conversation.
///
/// # Errors
/// [`StoreError`].
pub async fn delete(
    conn: &mut Conn,
    conversation_id: ConversationId,
    user_id: UserId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM members WHERE conversation_id = $1 AND user_id = $2",
        conversation_id.as_uuid(),
        user_id.as_uuid(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Lets all members of a conversation that was just made have read it up to `seq`.
///
/// # Errors
/// [`StoreError`].
pub async fn catch_all_up(
    conn: &mut Conn,
    conversation_id: ConversationId,
    seq: i64,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE members SET read_seq = $2, delivered_seq = $2 WHERE conversation_id = $1",
        conversation_id.as_uuid(),
        seq,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What a member chose for themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choices {
    /// Muted up to then.
    pub muted_until: Option<OffsetDateTime>,
    /// Marked.
    pub is_pinned: bool,
    /// Put away.
    pub is_archived: bool,
}

/// Writes what a member chose.
///
/// # Errors
/// [`StoreError`].
pub async fn set_choices(
    conn: &mut Conn,
    conversation_id: ConversationId,
    user_id: UserId,
    choices: Choices,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE members SET muted_until = $3, is_pinned = $4, is_archived = $5, changed_xid = pg_current_xact_id()
         WHERE conversation_id = $1 AND user_id = $2",
        conversation_id.as_uuid(),
        user_id.as_uuid(),
        choices.muted_until,
        choices.is_pinned,
        choices.is_archived,
    )
    .execute(conn)
    .await?;
    Ok(())
}
