//! Profiles.

use pulse_types::UserId;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Conn, StoreError};
use crate::domain::page::{ConnectionPosition, Limit, Page};
use crate::domain::profile::{NewProfile, Profile, fold};
use crate::domain::settings::Settings;

/// A row of `profiles` as the queries of this folder read it.
pub(super) struct ProfileRow {
    pub(super) user_id: Uuid,
    pub(super) username: String,
    pub(super) display_name: String,
    pub(super) bio: String,
    pub(super) avatar_url: String,
    pub(super) created_at: OffsetDateTime,
    pub(super) version: i64,
}

impl From<ProfileRow> for Profile {
    fn from(row: ProfileRow) -> Self {
        Self {
            user_id: UserId::from_uuid(row.user_id),
            username: row.username,
            display_name: row.display_name,
            bio: row.bio,
            avatar_url: row.avatar_url,
            created_at: row.created_at,
            version: row.version,
        }
    }
}

/// Why a profile was not inserted or renamed.
#[derive(Debug, thiserror::Error)]
pub enum InsertError {
    /// A profile has the username; perhaps this user's own, inserted in the same moment.
    #[error("the username is taken")]
    UsernameTaken,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Inserts a profile with its settings; false when the user has one.
///
/// # Errors
/// [`InsertError::UsernameTaken`], after which the transaction can't go on.
pub async fn insert(conn: &mut Conn, profile: &NewProfile, settings: &Settings) -> Result<bool, InsertError> {
    let outcome = sqlx::query!(
        "INSERT INTO profiles (
             user_id, username, display_name, search_name, created_at, discoverable, who_can_follow, approve_follows,
             show_presence, show_last_seen, send_read_receipts, send_typing, notification_level, theme, locale
         ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT (user_id) DO NOTHING",
        profile.user_id.as_uuid(),
        profile.username.as_str(),
        profile.display_name.as_str(),
        fold(profile.display_name.as_str()),
        profile.created_at,
        settings.discoverable,
        settings.who_can_follow.as_str(),
        settings.approve_follows,
        settings.show_presence.as_str(),
        settings.show_last_seen.as_str(),
        settings.send_read_receipts,
        settings.send_typing,
        settings.notification_level.as_str(),
        settings.theme.as_str(),
        settings.locale,
    )
    .execute(conn)
    .await;
    match outcome {
        Ok(done) => Ok(done.rows_affected() == 1),
        Err(error) => Err(refused(error)),
    }
}

/// A person by id.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &mut Conn, user_id: UserId) -> Result<Option<Profile>, StoreError> {
    let row = sqlx::query_as!(
        ProfileRow,
        "SELECT user_id, username, display_name, bio, avatar_url, created_at, version
         FROM profiles WHERE user_id = $1",
        user_id.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Profile::from))
}

/// A person by id, whom nobody else changes until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn lock(conn: &mut Conn, user_id: UserId) -> Result<Option<Profile>, StoreError> {
    let row = sqlx::query_as!(
        ProfileRow,
        "SELECT user_id, username, display_name, bio, avatar_url, created_at, version
         FROM profiles WHERE user_id = $1 FOR NO KEY UPDATE",
        user_id.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Profile::from))
}

/// Writes how a locked person is shown: display name, bio and version.
///
/// # Errors
/// When the database fails.
pub async fn update(conn: &mut Conn, profile: &Profile) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE profiles SET display_name = $2, search_name = $3, bio = $4, version = $5 WHERE user_id = $1",
        profile.user_id.as_uuid(),
        profile.display_name,
        fold(&profile.display_name),
        profile.bio,
        profile.version,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// When a person took their present username; `None` for nobody and for a first username.
///
/// # Errors
/// When the database fails.
pub async fn find_renamed_at(conn: &mut Conn, user_id: UserId) -> Result<Option<OffsetDateTime>, StoreError> {
    let found = sqlx::query_scalar!("SELECT renamed_at FROM profiles WHERE user_id = $1", user_id.as_uuid())
        .fetch_optional(conn)
        .await?;
    Ok(found.flatten())
}

/// Gives a locked person another username and version.
///
/// # Errors
/// [`InsertError::UsernameTaken`], after which the transaction can't go on.
pub async fn rename(
    conn: &mut Conn,
    profile: &Profile,
    renamed_at: OffsetDateTime,
) -> Result<(), InsertError> {
    let outcome = sqlx::query!(
        "UPDATE profiles SET username = $2, version = $3, renamed_at = $4 WHERE user_id = $1",
        profile.user_id.as_uuid(),
        profile.username,
        profile.version,
        renamed_at,
    )
    .execute(conn)
    .await;
    match outcome {
        Ok(_) => Ok(()),
        Err(error) => Err(refused(error)),
    }
}

/// The people connected with somebody, in groups of at most `size`.
///
/// # Errors
/// When the database fails.
pub async fn list_connected_ids(
    conn: &mut Conn,
    user_id: UserId,
    size: usize,
) -> Result<Vec<Vec<UserId>>, StoreError> {
    let ids = sqlx::query_scalar!(
        r#"SELECT high_user_id AS "user_id!" FROM pairs WHERE low_user_id = $1 AND connected_at IS NOT NULL
           UNION ALL
           SELECT low_user_id FROM pairs WHERE high_user_id = $1 AND connected_at IS NOT NULL"#,
        user_id.as_uuid(),
    )
    .fetch_all(conn)
    .await?;
    let ids: Vec<_> = ids.into_iter().map(UserId::from_uuid).collect();
    Ok(ids.chunks(size).map(<[UserId]>::to_vec).collect())
}

fn refused(error: sqlx::Error) -> InsertError {
    match error {
        sqlx::Error::Database(refusal) if refusal.constraint() == Some("profiles_username_key") => {
            InsertError::UsernameTaken
        }
        error => StoreError::from(error).into(),
    }
}

/// A person by username, given in lower case.
///
/// # Errors
/// When the database fails.
pub async fn find_by_username(conn: &mut Conn, username: &str) -> Result<Option<Profile>, StoreError> {
    let row = sqlx::query_as!(
        ProfileRow,
        "SELECT user_id, username, display_name, bio, avatar_url, created_at, version
         FROM profiles WHERE username = $1",
        username,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Profile::from))
}

/// The people connected with somebody, newest connection first, from a position on.
///
/// # Errors
/// When the database fails.
pub async fn list_connections(
    conn: &mut Conn,
    user_id: UserId,
    after: ConnectionPosition,
    limit: Limit,
) -> Result<Page<Profile, ConnectionPosition>, StoreError> {
    // Each half of the pairs has an index in the order of the list, so a page costs the same at any depth.
    let rows = sqlx::query!(
        r#"SELECT p.user_id, p.username, p.display_name, p.bio, p.avatar_url, p.created_at, p.version,
                  c.connected_at AS "connected_at!"
           FROM (
               (SELECT high_user_id AS user_id, connected_at FROM pairs
                WHERE low_user_id = $1 AND connected_at IS NOT NULL AND (connected_at, high_user_id) < ($2, $3)
                ORDER BY connected_at DESC, high_user_id DESC LIMIT $4)
               UNION ALL
               (SELECT low_user_id, connected_at FROM pairs
                WHERE high_user_id = $1 AND connected_at IS NOT NULL AND (connected_at, low_user_id) < ($2, $3)
                ORDER BY connected_at DESC, low_user_id DESC LIMIT $4)
           ) AS c JOIN profiles AS p ON p.user_id = c.user_id
           ORDER BY c.connected_at DESC, c.user_id DESC LIMIT $4"#,
        user_id.as_uuid(),
        after.connected_at,
        after.user_id.as_uuid(),
        limit.rows(),
    )
    .fetch_all(conn)
    .await?;
    let rows = rows
        .into_iter()
        .map(|row| {
            let profile = ProfileRow {
                user_id: row.user_id,
                username: row.username,
                display_name: row.display_name,
                bio: row.bio,
                avatar_url: row.avatar_url,
                created_at: row.created_at,
                version: row.version,
            };
            (Profile::from(profile), row.connected_at)
        })
        .collect();
    let page = Page::cut(rows, limit, |(profile, connected_at)| ConnectionPosition {
        connected_at: *connected_at,
        user_id: profile.user_id,
    });
    Ok(Page { items: page.items.into_iter().map(|(profile, _)| profile).collect(), next: page.next })
}
