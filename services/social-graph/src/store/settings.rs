//! What people chose; columns of `profiles`.

use pulse_types::UserId;
use uuid::Uuid;

use super::{Conn, StoreError};
use crate::domain::settings::{Audience, NotificationLevel, Settings, Theme, UnknownChoice, WhoCanFollow};

struct SettingsRow {
    user_id: Uuid,
    discoverable: bool,
    who_can_follow: String,
    approve_follows: bool,
    show_presence: String,
    show_last_seen: String,
    send_read_receipts: bool,
    send_typing: bool,
    notification_level: String,
    theme: String,
    locale: String,
}

impl TryFrom<SettingsRow> for Settings {
    type Error = StoreError;

    fn try_from(row: SettingsRow) -> Result<Self, Self::Error> {
        let corrupt = |_: UnknownChoice| StoreError::Corrupt { table: "profiles", id: row.user_id };
        Ok(Self {
            discoverable: row.discoverable,
            who_can_follow: WhoCanFollow::parse(&row.who_can_follow).map_err(corrupt)?,
            approve_follows: row.approve_follows,
            show_presence: Audience::parse(&row.show_presence).map_err(corrupt)?,
            show_last_seen: Audience::parse(&row.show_last_seen).map_err(corrupt)?,
            send_read_receipts: row.send_read_receipts,
            send_typing: row.send_typing,
            notification_level: NotificationLevel::parse(&row.notification_level).map_err(corrupt)?,
            theme: Theme::parse(&row.theme).map_err(corrupt)?,
            locale: row.locale,
        })
    }
}

/// What a person chose; `None` for nobody's id.
///
/// # Errors
/// When the database fails or the row is corrupt.
pub async fn find(conn: &mut Conn, user_id: UserId) -> Result<Option<Settings>, StoreError> {
    let row = sqlx::query_as!(
        SettingsRow,
        "SELECT user_id, discoverable, who_can_follow, approve_follows, show_presence, show_last_seen,
                send_read_receipts, send_typing, notification_level, theme, locale
         FROM profiles WHERE user_id = $1",
        user_id.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    row.map(Settings::try_from).transpose()
}

/// Writes what a person chose; the transaction has locked them.
///
/// # Errors
/// When the database fails.
pub async fn update(conn: &mut Conn, user_id: UserId, settings: &Settings) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE profiles
         SET discoverable = $2, who_can_follow = $3, approve_follows = $4, show_presence = $5, show_last_seen = $6,
             send_read_receipts = $7, send_typing = $8, notification_level = $9, theme = $10, locale = $11
         WHERE user_id = $1",
        user_id.as_uuid(),
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
    .await?;
    Ok(())
}
