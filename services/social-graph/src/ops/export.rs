//! All that is held on a person, as JSON documents in pieces of at most 256 KiB. Nothing is kept in memory but one piece.

use pulse_types::UserId;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::Graph;
use crate::store::export::MarkedRow;
use crate::store::{self, StoreError};

const PROFILE: &str = "profile.json";
const FOLLOWS: &str = "follows.json";
const BLOCKS: &str = "blocks.json";
const MUTES: &str = "mutes.json";
const REPORTS: &str = "reports.json";
/// Follows, blocks or mutes in one piece; each is less than 400 bytes.
const PAGE: usize = 500;
/// Reports in one piece; each is less than 13 KiB, were every character of its words written as an escape.
const REPORT_PAGE: usize = 18;

/// Where an export goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// At its beginning.
    Profile,
    /// After this follow, if any was read.
    Follows(Option<(Uuid, Uuid)>),
    /// After this blocked person, if any was read.
    Blocks(Option<Uuid>),
    /// After this muted person, if any was read.
    Mutes(Option<Uuid>),
    /// After this report, if any was read.
    Reports(Option<Uuid>),
}

/// A piece of a document; pieces that follow one another and have one name belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Of the document.
    pub name: &'static str,
    /// JSON text.
    pub bytes: Vec<u8>,
}

/// Why an export does not go on.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was read can't be written as JSON.
    #[error("a document can't be written")]
    Json(#[from] serde_json::Error),
}

#[derive(Serialize)]
struct ProfileDocument {
    user_id: String,
    username: String,
    display_name: String,
    bio: String,
    avatar_url: Option<String>,
    created_at: String,
    settings: SettingsDocument,
    availability: &'static str,
    last_seen_at: Option<String>,
}

#[derive(Serialize)]
struct SettingsDocument {
    discoverable: bool,
    who_can_follow: &'static str,
    approve_follows: bool,
    show_presence: &'static str,
    show_last_seen: &'static str,
    send_read_receipts: bool,
    send_typing: bool,
    notification_level: &'static str,
    theme: &'static str,
    locale: String,
}

#[derive(Serialize)]
struct FollowDocument {
    direction: &'static str,
    user_id: String,
    username: String,
    state: String,
    since: String,
    connected_since: Option<String>,
}

#[derive(Serialize)]
struct MarkedDocument {
    user_id: String,
    username: String,
    since: String,
}

#[derive(Serialize)]
struct ReportDocument {
    report_id: String,
    user_id: String,
    message_id: Option<String>,
    reason: String,
    detail: String,
    created_at: String,
}

/// The piece at a position, and where to go on; `None` after the last one.
///
/// # Errors
/// [`ExportError`].
pub async fn next(
    graph: &Graph,
    user_id: UserId,
    position: Position,
) -> Result<(Piece, Option<Position>), ExportError> {
    match position {
        Position::Profile => {
            let bytes = serde_json::to_vec_pretty(&profile(graph, user_id).await?)?;
            Ok((Piece { name: PROFILE, bytes }, Some(Position::Follows(None))))
        }
        Position::Follows(after) => follows(graph, user_id, after).await,
        Position::Blocks(after) => blocks(graph, user_id, after).await,
        Position::Mutes(after) => mutes(graph, user_id, after).await,
        Position::Reports(after) => reports(graph, user_id, after).await,
    }
}

/// `None` while there is no profile.
async fn profile(graph: &Graph, user_id: UserId) -> Result<Option<ProfileDocument>, StoreError> {
    let mut conn = graph.db.conn().await?;
    let Some(profile) = store::profile::find(&mut conn, user_id).await? else { return Ok(None) };
    let Some(settings) = store::settings::find(&mut conn, user_id).await? else { return Ok(None) };
    let Some(standing) = store::standing::list(&mut conn, &[user_id]).await?.pop() else { return Ok(None) };
    Ok(Some(ProfileDocument {
        user_id: profile.user_id.to_string(),
        username: profile.username,
        display_name: profile.display_name,
        bio: profile.bio,
        avatar_url: Some(profile.avatar_url).filter(|url| !url.is_empty()),
        created_at: moment(profile.created_at),
        settings: SettingsDocument {
            discoverable: settings.discoverable,
            who_can_follow: settings.who_can_follow.as_str(),
            approve_follows: settings.approve_follows,
            show_presence: settings.show_presence.as_str(),
            show_last_seen: settings.show_last_seen.as_str(),
            send_read_receipts: settings.send_read_receipts,
            send_typing: settings.send_typing,
            notification_level: settings.notification_level.as_str(),
            theme: settings.theme.as_str(),
            locale: settings.locale,
        },
        availability: standing.availability.as_str(),
        last_seen_at: standing.last_seen_at.map(moment),
    }))
}

async fn follows(
    graph: &Graph,
    user_id: UserId,
    after: Option<(Uuid, Uuid)>,
) -> Result<(Piece, Option<Position>), ExportError> {
    let key = after.unwrap_or((Uuid::nil(), Uuid::nil()));
    let rows = store::export::list_follows(&mut *graph.db.conn().await?, user_id, key, rows_of(PAGE)).await?;
    let next = match rows.last() {
        Some(last) if rows.len() == PAGE => Some((last.follower_id, last.followed_id)),
        _ => None,
    };
    let documents = rows.into_iter().map(|row| {
        let is_outgoing = row.follower_id == user_id.as_uuid();
        FollowDocument {
            direction: if is_outgoing { "outgoing" } else { "incoming" },
            user_id: (if is_outgoing { row.followed_id } else { row.follower_id }).to_string(),
            username: row.other_username,
            state: row.state,
            since: moment(row.created_at),
            connected_since: row.connected_at.map(moment),
        }
    });
    let bytes = list(documents, after.is_none(), next.is_none())?;
    let next = next.map_or(Position::Blocks(None), |key| Position::Follows(Some(key)));
    Ok((Piece { name: FOLLOWS, bytes }, Some(next)))
}

async fn blocks(
    graph: &Graph,
    user_id: UserId,
    after: Option<Uuid>,
) -> Result<(Piece, Option<Position>), ExportError> {
    let mut conn = graph.db.conn().await?;
    let rows =
        store::export::list_blocks(&mut conn, user_id, after.unwrap_or_default(), rows_of(PAGE)).await?;
    let next = rows.last().filter(|_| rows.len() == PAGE).map(|last| last.user_id);
    let bytes = list(rows.into_iter().map(MarkedDocument::from), after.is_none(), next.is_none())?;
    let next = next.map_or(Position::Mutes(None), |key| Position::Blocks(Some(key)));
    Ok((Piece { name: BLOCKS, bytes }, Some(next)))
}

async fn mutes(
    graph: &Graph,
    user_id: UserId,
    after: Option<Uuid>,
) -> Result<(Piece, Option<Position>), ExportError> {
    let mut conn = graph.db.conn().await?;
    let rows =
        store::export::list_mutes(&mut conn, user_id, after.unwrap_or_default(), rows_of(PAGE)).await?;
    let next = rows.last().filter(|_| rows.len() == PAGE).map(|last| last.user_id);
    let bytes = list(rows.into_iter().map(MarkedDocument::from), after.is_none(), next.is_none())?;
    let next = next.map_or(Position::Reports(None), |key| Position::Mutes(Some(key)));
    Ok((Piece { name: MUTES, bytes }, Some(next)))
}

async fn reports(
    graph: &Graph,
    user_id: UserId,
    after: Option<Uuid>,
) -> Result<(Piece, Option<Position>), ExportError> {
    let mut conn = graph.db.conn().await?;
    let rows =
        store::export::list_reports(&mut conn, user_id, after.unwrap_or_default(), rows_of(REPORT_PAGE))
            .await?;
    let next = rows.last().filter(|_| rows.len() == REPORT_PAGE).map(|last| last.report_id);
    let documents = rows.into_iter().map(|row| ReportDocument {
        report_id: row.report_id.to_string(),
        user_id: row.user_id.to_string(),
        message_id: row.message_id.map(|id| id.to_string()),
        reason: row.reason,
        detail: row.detail,
        created_at: moment(row.created_at),
    });
    let bytes = list(documents, after.is_none(), next.is_none())?;
    Ok((Piece { name: REPORTS, bytes }, next.map(|key| Position::Reports(Some(key)))))
}

impl From<MarkedRow> for MarkedDocument {
    fn from(row: MarkedRow) -> Self {
        Self { user_id: row.user_id.to_string(), username: row.username, since: moment(row.created_at) }
    }
}

fn rows_of(page: usize) -> i64 {
    i64::try_from(page).unwrap_or(i64::MAX)
}

/// A piece of a JSON list.
fn list<T: Serialize>(
    documents: impl Iterator<Item = T>,
    is_first: bool,
    is_last: bool,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = Vec::new();
    let mut separator: &[u8] = if is_first { b"[\n" } else { b",\n" };
    for document in documents {
        bytes.extend_from_slice(separator);
        serde_json::to_writer(&mut bytes, &document)?;
        separator = b",\n";
    }
    if is_last {
        let is_empty = is_first && bytes.is_empty();
        bytes.extend_from_slice(if is_empty { b"[]\n" } else { b"\n]\n" });
    }
    Ok(bytes)
}

fn moment(moment: OffsetDateTime) -> String {
    moment.format(&Rfc3339).unwrap_or_default()
}
