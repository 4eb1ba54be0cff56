//! The marks of members as somebody else sees them.

use pulse_types::{ConversationId, UserId};

use crate::domain::mark::Marks;
use crate::domain::receipt::Receipt;
use crate::store::row::person;
use crate::store::{Conn, StoreError};

/// The marks of all members of a conversation as `viewer` sees them, in the order in which they came; none when there are more
/// than `members_max`.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    conn: &mut Conn,
    conversation_id: ConversationId,
    viewer: UserId,
    members_max: i32,
) -> Result<Vec<Receipt>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT m.user_id, m.read_seq, m.delivered_seq,
                  p.user_id AS "person_id?", p.username, p.display_name, p.avatar_url,
                  m.user_id = $2 OR COALESCE(p.sends_read_receipts, true) AND COALESCE(v.sends_read_receipts, true)
                      AS "shows_read!"
           FROM conversations c
           JOIN members m ON m.conversation_id = c.conversation_id
           LEFT JOIN people p ON p.user_id = m.user_id
           LEFT JOIN people v ON v.user_id = $2
           WHERE c.conversation_id = $1 AND c.member_count <= $3
           ORDER BY m.joined_at, m.user_id"#,
        conversation_id.as_uuid(),
        viewer.as_uuid(),
        members_max,
    )
    .fetch_all(conn)
    .await?;
    let receipts = rows.into_iter().map(|row| {
        let marks = Marks { read_seq: row.read_seq, delivered_seq: row.delivered_seq };
        Receipt {
            user_id: UserId::from_uuid(row.user_id),
            person: person(row.person_id, row.username, row.display_name, row.avatar_url),
            marks: marks.shown(row.shows_read),
        }
    });
    Ok(receipts.collect())
}
