//! What lasts of people's presence. Without foreign keys: whoever writes holds the profile, and the erasure takes the row away.

use pulse_types::UserId;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Conn, StoreError};
use crate::domain::settings::UnknownChoice;
use crate::domain::standing::{Availability, LastSeen, Standing};

struct StandingRow {
    user_id: Uuid,
    availability: String,
    shows_presence: bool,
    shows_last_seen: bool,
    last_seen_at: Option<OffsetDateTime>,
    version: i64,
}

impl TryFrom<StandingRow> for Standing {
    type Error = StoreError;

    fn try_from(row: StandingRow) -> Result<Self, Self::Error> {
        let corrupt = |_: UnknownChoice| StoreError::Corrupt { table: "standings", id: row.user_id };
        Ok(Self {
            user_id: UserId::from_uuid(row.user_id),
            availability: Availability::parse(&row.availability).map_err(corrupt)?,
            shows_presence: row.shows_presence,
            shows_last_seen: row.shows_last_seen,
            last_seen_at: row.last_seen_at,
            version: row.version,
        })
    }
}

/// The standings of people, in no order; those who have no profile are absent.
///
/// # Errors
/// When the database fails or a row is corrupt.
pub async fn list(conn: &mut Conn, user_ids: &[UserId]) -> Result<Vec<Standing>, StoreError> {
    let user_ids: Vec<Uuid> = user_ids.iter().map(UserId::as_uuid).collect();
    let rows = sqlx::query_as!(
        StandingRow,
        r#"SELECT p.user_id AS "user_id!", coalesce(s.availability, 'free') AS "availability!",
                  p.show_presence <> 'nobody' AS "shows_presence!", p.show_last_seen <> 'nobody' AS "shows_last_seen!",
                  s.last_seen_at AS "last_seen_at?", coalesce(s.version, 0) AS "version!"
           FROM profiles p LEFT JOIN standings s ON s.user_id = p.user_id
           WHERE p.user_id = ANY($1)"#,
        &user_ids,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Standing::try_from).collect()
}

/// Holds a profile against its erasure until the transaction ends; false when there is none.
///
/// # Errors
/// When the database fails.
pub async fn hold_profile(conn: &mut Conn, user_id: UserId) -> Result<bool, StoreError> {
    let held = sqlx::query_scalar!(
        "SELECT user_id FROM profiles WHERE user_id = $1 FOR KEY SHARE",
        user_id.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(held.is_some())
}

/// Sets the availability of a person whose profile is held. Tells whether it was another one before.
///
/// # Errors
/// When the database fails.
pub async fn set_availability(
    conn: &mut Conn,
    user_id: UserId,
    availability: Availability,
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "INSERT INTO standings AS s (user_id, availability, version) VALUES ($1, $2, 1)
         ON CONFLICT ON CONSTRAINT standings_pkey DO UPDATE
         SET availability = EXCLUDED.availability, version = s.version + 1
         WHERE s.availability <> EXCLUDED.availability",
        user_id.as_uuid(),
        availability.as_str(),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Notes that who may see the presence of a person changes; the transaction has locked the profile.
///
/// # Errors
/// When the database fails.
pub async fn count_change(conn: &mut Conn, user_id: UserId) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO standings AS s (user_id, version) VALUES ($1, 1)
         ON CONFLICT ON CONSTRAINT standings_pkey DO UPDATE SET version = s.version + 1",
        user_id.as_uuid(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Keeps when different people were last there; earlier moments than those known, and people without a profile, change
/// nothing. The rows are locked in the order of their ids.
///
/// # Errors
/// When the database fails.
pub async fn note_last_seen(conn: &mut Conn, seen: &[LastSeen]) -> Result<(), StoreError> {
    let user_ids: Vec<Uuid> = seen.iter().map(|seen| seen.user_id.as_uuid()).collect();
    let moments: Vec<OffsetDateTime> = seen.iter().map(|seen| seen.last_seen_at).collect();
    sqlx::query!(
        "WITH held AS (SELECT user_id FROM profiles WHERE user_id = ANY($1) ORDER BY user_id FOR KEY SHARE)
         INSERT INTO standings AS s (user_id, last_seen_at)
         SELECT n.user_id, n.last_seen_at
         FROM UNNEST($1::uuid[], $2::timestamptz[]) AS n (user_id, last_seen_at) JOIN held USING (user_id)
         ORDER BY n.user_id
         ON CONFLICT ON CONSTRAINT standings_pkey DO UPDATE SET last_seen_at = EXCLUDED.last_seen_at
         WHERE s.last_seen_at IS NULL OR s.last_seen_at < EXCLUDED.last_seen_at",
        &user_ids,
        &moments,
    )
    .execute(conn)
    .await?;
    Ok(())
}
