//! What messages carry that stands in other tables: files, reactions, the people of system messages. One statement for each of
//! them, and none for what no message of a page has.

use std::collections::HashMap;

use pulse_types::{AttachmentId, ConversationId, UserId};
use uuid::Uuid;

use crate::domain::attachment::Attachment;
use crate::domain::message::Message;
use crate::domain::person::Person;
use crate::domain::reaction::Reaction;
use crate::store::row::{MessageRow, person};
use crate::store::{Conn, StoreError};

/// Completes messages as `viewer` sees them; without one, as nobody in particular does.
pub(super) async fn complete(
    conn: &mut Conn,
    viewer: Option<UserId>,
    rows: Vec<MessageRow>,
) -> Result<Vec<Message>, StoreError> {
    let attachment_ids: Vec<Uuid> = rows.iter().flat_map(|row| row.attachment_ids.iter().copied()).collect();
    let reacted: Vec<(Uuid, i64)> =
        rows.iter().filter(|row| row.has_reactions).map(|row| (row.conversation_id, row.seq)).collect();
    let user_ids: Vec<Uuid> =
        rows.iter().flat_map(|row| [row.system_actor_id, row.system_user_id]).flatten().collect();
    let attachments = find_attachments(conn, &attachment_ids).await?;
    let mut reactions = find_reactions(conn, viewer, &reacted).await?;
    let people = find_people(conn, &user_ids).await?;

    let messages = rows.into_iter().map(|row| {
        let of_message = row.attachment_ids.clone();
        let mut message = Message::try_from(row)?;
        message.attachments = of_message.iter().filter_map(|id| attachments.get(id).cloned()).collect();
        let key = (message.conversation_id, message.seq);
        message.reactions = reactions.remove(&key).unwrap_or_default();
        if let Some(note) = message.system.as_mut() {
            note.actor = note.actor_id.and_then(|id| people.get(&id).cloned());
            note.user = note.user_id.and_then(|id| people.get(&id).cloned());
        }
        Ok(message)
    });
    messages.collect()
}

async fn find_attachments(
    conn: &mut Conn,
    attachment_ids: &[Uuid],
) -> Result<HashMap<Uuid, Attachment>, StoreError> {
    if attachment_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query!(
        "SELECT attachment_id, name, media_type, size_bytes, width, height, has_thumbnail
         FROM attachments WHERE attachment_id = ANY($1)",
        attachment_ids,
    )
    .fetch_all(conn)
    .await?;
    let attachments = rows.into_iter().map(|row| {
        let pixels = |side: Option<i32>| side.and_then(|side| u32::try_from(side).ok());
        let attachment = Attachment {
            attachment_id: AttachmentId::from_uuid(row.attachment_id),
            name: row.name,
            media_type: row.media_type,
            size_bytes: row.size_bytes,
            dimensions: pixels(row.width).zip(pixels(row.height)),
            has_thumbnail: row.has_thumbnail,
        };
        (row.attachment_id, attachment)
    });
    Ok(attachments.collect())
}

/// The reactions on messages at some positions, the first ones first.
pub(super) async fn find_reactions(
    conn: &mut Conn,
    viewer: Option<UserId>,
    positions: &[(Uuid, i64)],
) -> Result<HashMap<(ConversationId, i64), Vec<Reaction>>, StoreError> {
    if positions.is_empty() {
        return Ok(HashMap::new());
    }
    let (conversation_ids, seqs): (Vec<Uuid>, Vec<i64>) = positions.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"SELECT r.conversation_id, r.seq, r.emoji, count(*) AS "count!",
                  COALESCE(bool_or(r.user_id = $3), false) AS "is_mine!"
           FROM UNNEST($1::uuid[], $2::bigint[]) AS k (conversation_id, seq)
           JOIN reactions r ON r.conversation_id = k.conversation_id AND r.seq = k.seq
           GROUP BY r.conversation_id, r.seq, r.emoji
           ORDER BY min(r.version)"#,
        &conversation_ids,
        &seqs,
        viewer.map(|viewer| viewer.as_uuid()),
    )
    .fetch_all(conn)
    .await?;
    let mut reactions: HashMap<_, Vec<Reaction>> = HashMap::new();
    for row in rows {
        let key = (ConversationId::from_uuid(row.conversation_id), row.seq);
        let count = u32::try_from(row.count).unwrap_or(u32::MAX);
        reactions.entry(key).or_default().push(Reaction { emoji: row.emoji, count, is_mine: row.is_mine });
    }
    Ok(reactions)
}

/// How some people are shown; those who are gone are left out.
pub(super) async fn find_people(
    conn: &mut Conn,
    user_ids: &[Uuid],
) -> Result<HashMap<UserId, Person>, StoreError> {
    if user_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query!(
        "SELECT user_id, username, display_name, avatar_url FROM people WHERE user_id = ANY($1)",
        user_ids,
    )
    .fetch_all(conn)
    .await?;
    let people = rows.into_iter().filter_map(|row| {
        let person = person(Some(row.user_id), row.username, row.display_name, row.avatar_url)?;
        Some((person.user_id, person))
    });
    Ok(people.collect())
}
