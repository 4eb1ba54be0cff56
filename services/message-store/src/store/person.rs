//! How people are shown, and what they chose.

use pulse_types::UserId;

use crate::domain::language::Language;
use crate::domain::person::KnownPerson;
use crate::domain::system::SystemNote;
use crate::store::{Conn, StoreError, hydrate};

/// Stores how a person is shown and what they chose, unless something as new is stored already. Tells whether it changed
/// anything.
///
/// # Errors
/// [`StoreError`].
pub async fn apply(conn: &mut Conn, known: &KnownPerson) -> Result<bool, StoreError> {
    let KnownPerson { person, sends_read_receipts, locale, shows_presence, version } = known;
    let done = sqlx::query!(
        "INSERT INTO people AS p (user_id, username, display_name, avatar_url, sends_read_receipts, locale,
                                  shows_presence, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT ON CONSTRAINT people_pkey DO UPDATE
         SET username = EXCLUDED.username, display_name = EXCLUDED.display_name, avatar_url = EXCLUDED.avatar_url,
             sends_read_receipts = EXCLUDED.sends_read_receipts, locale = EXCLUDED.locale,
             shows_presence = EXCLUDED.shows_presence, version = EXCLUDED.version
         WHERE p.version < EXCLUDED.version",
        person.user_id.as_uuid(),
        person.username,
        person.display_name,
        person.avatar_url,
        sends_read_receipts,
        locale,
        shows_presence,
        version,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Whether a person is known here, and not erased.
///
/// # Errors
/// [`StoreError`].
pub async fn exists(conn: &mut Conn, user_id: UserId) -> Result<bool, StoreError> {
    let row = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM people WHERE user_id = $1 AND username IS NOT NULL) AS "exists!""#,
        user_id.as_uuid(),
    )
    .fetch_one(conn)
    .await?;
    Ok(row)
}

/// In which language a person writes.
///
/// # Errors
/// [`StoreError`].
pub async fn find_language(conn: &mut Conn, user_id: UserId) -> Result<Language, StoreError> {
    let locale = sqlx::query_scalar!("SELECT locale FROM people WHERE user_id = $1", user_id.as_uuid())
        .fetch_optional(conn)
        .await?;
    Ok(locale.as_deref().map_or(Language::SIMPLE, Language::of))
}

/// Puts into a system message how its people are shown.
///
/// # Errors
/// [`StoreError`].
pub async fn fill(conn: &mut Conn, note: &mut SystemNote) -> Result<(), StoreError> {
    let ids: Vec<_> = [note.actor_id, note.user_id].into_iter().flatten().map(|id| id.as_uuid()).collect();
    let people = hydrate::find_people(conn, &ids).await?;
    note.actor = note.actor_id.and_then(|id| people.get(&id).cloned());
    note.user = note.user_id.and_then(|id| people.get(&id).cloned());
    Ok(())
}
