//! Profiles.

use pulse_types::UserId;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Conn, StoreError};
use crate::domain::delivery::Shown;
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

/// A person by id, as message-store keeps them.
///
/// # Errors
/// When the database fails.
pub async fn find_shown(conn: &mut Conn, user_id: UserId) -> Result<Option<Shown>, StoreError> {
    let row = sqlx::query!(
        r#"SELECT user_id, username, display_name, bio, avatar_url, created_at, version, send_read_receipts, locale,
                  show_presence <> 'nobody' AS "shows_presence!"
           FROM profiles WHERE user_id = $1"#,
        user_id.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Shown {
        profile: Profile::from(ProfileRow {
            user_id: row.user_id,
            username: row.username,
            display_name: row.display_name,
            bio: row.bio,
            avatar_url: row.avatar_url,
            created_at: row.created_at,
            version: row.version,
        }),
        sends_read_receipts: row.send_read_receipts,
        locale: row.locale,
        shows_presence: row.shows_presence,
    }))
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

/// People by id, in no order; those who have no profile are absent.
///
/// # Errors
/// When the database fails.
pub async fn list(conn: &mut Conn, user_ids: &[UserId]) -> Result<Vec<Profile>, StoreError> {
    let user_ids: Vec<Uuid> = user_ids.iter().map(UserId::as_uuid).collect();
    let rows = sqlx::query_as!(
        ProfileRow,
        "SELECT user_id, username, display_name, bio, avatar_url, created_at, version
         FROM profiles WHERE user_id = ANY($1)",
        &user_ids,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Profile::from).collect())
}

/// Writes how a locked person is shown: display name, bio, picture and version.
///
/// # Errors
/// When the database fails.
pub async fn update(conn: &mut Conn, profile: &Profile) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE profiles SET display_name = $2, search_name = $3, bio = $4, version = $5, avatar_url = $6
         WHERE user_id = $1",
        profile.user_id.as_uuid(),
        profile.display_name,
        fold(&profile.display_name),
        profile.bio,
        profile.version,
        profile.avatar_url,
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

/// Somebody who is connected with a person.
#[derive(Debug, Clone, Copy)]
pub struct ConnectedPerson {
    /// Who.
    pub user_id: UserId,
    /// Whether they mute the person.
    pub is_muting: bool,
}

/// All people connected with somebody.
///
/// # Errors
/// When the database fails.
pub async fn list_connected(conn: &mut Conn, user_id: UserId) -> Result<Vec<ConnectedPerson>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT c.user_id AS "user_id!", m.muter_id IS NOT NULL AS "is_muting!"
           FROM (
               SELECT high_user_id AS user_id FROM pairs WHERE low_user_id = $1 AND connected_at IS NOT NULL
               UNION ALL
               SELECT low_user_id FROM pairs WHERE high_user_id = $1 AND connected_at IS NOT NULL
           ) AS c LEFT JOIN mutes AS m ON m.muter_id = c.user_id AND m.muted_id = $1"#,
        user_id.as_uuid(),
    )
    .fetch_all(conn)
    .await?;
    let people = rows.into_iter();
    Ok(people
        .map(|row| ConnectedPerson { user_id: UserId::from_uuid(row.user_id), is_muting: row.is_muting })
        .collect())
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
