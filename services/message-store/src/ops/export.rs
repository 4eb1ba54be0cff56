//! All that is held on a person, as JSON documents and their files, piece by piece. Nothing is kept in memory but one piece.

mod files;

use std::borrow::Cow;

use pulse_types::{ConversationId, UserId};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::clients::file_store::FileStoreError;
use crate::ops::Context;
use crate::store::export::{ConversationRow, EditRow, MessageRow, ReactionRow};
use crate::store::{self, StoreError};

const CONVERSATIONS: &str = "conversations.json";
const DEPARTURES: &str = "departures.json";
const MESSAGES: &str = "messages.json";
const REACTIONS: &str = "reactions.json";
/// Rows in one piece.
const PAGE: usize = 100;

/// Where an export goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// In the conversations, after this one; before the first one without.
    Conversations(Option<Uuid>),
    /// In the conversations that were left, after this one.
    Departures(Option<Uuid>),
    /// In the messages.
    Messages {
        /// Of this conversation; `None` before the first one.
        conversation_id: Option<ConversationId>,
        /// After the one that was named so.
        client_id: Uuid,
        /// Whether a message was written before.
        is_begun: bool,
    },
    /// In the reactions, after this one: of a conversation, at a position, an emoji. Before the first one without.
    Reactions(Option<(Uuid, i64, String)>),
    /// In the list of files, after this one; before the first one without.
    Attachments(Option<Uuid>),
    /// In the first file after this one, from a byte on.
    Files {
        /// Nil before the first one.
        after: Uuid,
        /// In bytes.
        offset: u64,
    },
}

/// A piece of a document; pieces that follow one another and have one name belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Of the document.
    pub name: Cow<'static, str>,
    /// JSON text; of a file, its own bytes.
    pub bytes: Vec<u8>,
}

/// Why an export does not go on.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file can't be read.
    #[error(transparent)]
    Files(#[from] FileStoreError),
    /// What was read can't be written as JSON.
    #[error("a document can't be written")]
    Json(#[from] serde_json::Error),
}

#[derive(Serialize)]
struct ConversationDocument {
    conversation_id: String,
    kind: String,
    title: Option<String>,
    role: String,
    joined_at: String,
    last_seq: i64,
    read_seq: i64,
    delivered_seq: i64,
    pinned: bool,
    archived: bool,
    muted_until: Option<String>,
    peer_username: Option<String>,
    peer_display_name: Option<String>,
}

#[derive(Serialize)]
struct DepartureDocument {
    conversation_id: String,
    departed_at: String,
    barred: bool,
}

#[derive(Serialize)]
struct MessageDocument {
    message_id: String,
    conversation_id: String,
    client_id: String,
    seq: i64,
    body: String,
    earlier_bodies: Vec<EditDocument>,
    mentioned_user_ids: Vec<String>,
    reply_to_seq: Option<i64>,
    created_at: String,
    edited_at: Option<String>,
    deleted_at: Option<String>,
}

#[derive(Serialize)]
struct EditDocument {
    body: String,
    written_at: String,
}

#[derive(Serialize)]
struct ReactionDocument {
    conversation_id: String,
    seq: i64,
    emoji: String,
    created_at: String,
}

impl From<ReactionRow> for ReactionDocument {
    fn from(row: ReactionRow) -> Self {
        Self {
            conversation_id: row.conversation_id.to_string(),
            seq: row.seq,
            emoji: row.emoji,
            created_at: moment(row.created_at),
        }
    }
}

impl From<ConversationRow> for ConversationDocument {
    fn from(row: ConversationRow) -> Self {
        Self {
            conversation_id: row.conversation_id.to_string(),
            kind: row.kind,
            title: Some(row.title).filter(|title| !title.is_empty()),
            role: row.role,
            joined_at: moment(row.joined_at),
            last_seq: row.last_seq,
            read_seq: row.read_seq,
            delivered_seq: row.delivered_seq,
            pinned: row.is_pinned,
            archived: row.is_archived,
            muted_until: row.muted_until.map(moment),
            peer_username: row.peer_username,
            peer_display_name: row.peer_display_name,
        }
    }
}

impl MessageDocument {
    fn of(row: MessageRow, conversation_id: ConversationId, edits: &[EditRow]) -> Self {
        let earlier = edits
            .iter()
            .filter(|edit| edit.seq == row.seq)
            .map(|edit| EditDocument { body: edit.body.clone(), written_at: moment(edit.written_at) });
        Self {
            message_id: row.message_id.to_string(),
            conversation_id: conversation_id.to_string(),
            client_id: row.client_id.to_string(),
            seq: row.seq,
            body: row.body,
            earlier_bodies: earlier.collect(),
            mentioned_user_ids: row.mentioned_user_ids.iter().map(ToString::to_string).collect(),
            reply_to_seq: row.reply_to_seq,
            created_at: moment(row.created_at),
            edited_at: row.edited_at.map(moment),
            deleted_at: row.deleted_at.map(moment),
        }
    }
}

/// The piece at a position, and where to go on; `None` after the last one. A piece may be empty.
///
/// # Errors
/// [`ExportError`].
pub async fn next(
    context: &Context,
    user_id: UserId,
    position: Position,
) -> Result<(Piece, Option<Position>), ExportError> {
    match position {
        Position::Conversations(after) => conversations(context, user_id, after).await,
        Position::Departures(after) => departures(context, user_id, after).await,
        Position::Messages { conversation_id, client_id, is_begun } => {
            messages(context, user_id, conversation_id, client_id, is_begun).await
        }
        Position::Reactions(after) => reactions(context, user_id, after).await,
        Position::Attachments(after) => files::list(context, user_id, after).await,
        Position::Files { after, offset } => files::read(context, user_id, after, offset).await,
    }
}

async fn conversations(
    context: &Context,
    user_id: UserId,
    after: Option<Uuid>,
) -> Result<(Piece, Option<Position>), ExportError> {
    let mut conn = context.db.conn().await?;
    let rows =
        store::export::list_conversations(&mut conn, user_id, after.unwrap_or_default(), limit()).await?;
    let next = rows.last().filter(|_| rows.len() == PAGE).map(|last| last.conversation_id);
    let mut list = List { bytes: Vec::new(), is_begun: after.is_some() };
    for row in rows {
        list.push(&ConversationDocument::from(row))?;
    }
    let position = match next {
        Some(conversation_id) => Position::Conversations(Some(conversation_id)),
        None => {
            list.end();
            Position::Departures(None)
        }
    };
    Ok((Piece { name: CONVERSATIONS.into(), bytes: list.bytes }, Some(position)))
}

async fn departures(
    context: &Context,
    user_id: UserId,
    after: Option<Uuid>,
) -> Result<(Piece, Option<Position>), ExportError> {
    let mut conn = context.db.conn().await?;
    let rows = store::export::list_departures(&mut conn, user_id, after.unwrap_or_default(), limit()).await?;
    let next = rows.last().filter(|_| rows.len() == PAGE).map(|last| last.conversation_id.as_uuid());
    let mut list = List { bytes: Vec::new(), is_begun: after.is_some() };
    for row in rows {
        list.push(&DepartureDocument {
            conversation_id: row.conversation_id.to_string(),
            departed_at: moment(row.departed_at),
            barred: row.is_barred,
        })?;
    }
    let position = match next {
        Some(conversation_id) => Position::Departures(Some(conversation_id)),
        None => {
            list.end();
            Position::Messages { conversation_id: None, client_id: Uuid::nil(), is_begun: false }
        }
    };
    Ok((Piece { name: DEPARTURES.into(), bytes: list.bytes }, Some(position)))
}

async fn messages(
    context: &Context,
    user_id: UserId,
    conversation_id: Option<ConversationId>,
    client_id: Uuid,
    is_begun: bool,
) -> Result<(Piece, Option<Position>), ExportError> {
    let mut conn = context.db.conn().await?;
    let mut list = List { bytes: Vec::new(), is_begun };
    if let Some(conversation_id) = conversation_id {
        let rows =
            store::export::list_messages(&mut conn, conversation_id, user_id, client_id, limit()).await?;
        let next = rows.last().filter(|_| rows.len() == PAGE).map(|last| last.client_id);
        let edited: Vec<i64> = rows.iter().filter(|row| row.edited_at.is_some()).map(|row| row.seq).collect();
        let edits = store::export::list_edits(&mut conn, conversation_id, &edited).await?;
        for row in rows {
            list.push(&MessageDocument::of(row, conversation_id, &edits))?;
        }
        if let Some(client_id) = next {
            let position = Position::Messages {
                conversation_id: Some(conversation_id),
                client_id,
                is_begun: list.is_begun,
            };
            return Ok((Piece { name: MESSAGES.into(), bytes: list.bytes }, Some(position)));
        }
    }
    let after = conversation_id.map(|conversation_id| conversation_id.as_uuid()).unwrap_or_default();
    let next = store::export::find_next_conversation(&mut conn, user_id, after).await?;
    let position = next.map(|conversation_id| Position::Messages {
        conversation_id: Some(conversation_id),
        client_id: Uuid::nil(),
        is_begun: list.is_begun,
    });
    if position.is_none() {
        list.end();
    }
    let position = position.unwrap_or(Position::Reactions(None));
    Ok((Piece { name: MESSAGES.into(), bytes: list.bytes }, Some(position)))
}

async fn reactions(
    context: &Context,
    user_id: UserId,
    after: Option<(Uuid, i64, String)>,
) -> Result<(Piece, Option<Position>), ExportError> {
    let mut conn = context.db.conn().await?;
    let mut list = List { bytes: Vec::new(), is_begun: after.is_some() };
    let after = after.unwrap_or_default();
    let rows = store::export::list_reactions(&mut conn, user_id, &after, limit()).await?;
    let next = rows.last().filter(|_| rows.len() == PAGE);
    let next = next.map(|last| (last.conversation_id, last.seq, last.emoji.clone()));
    for row in rows {
        list.push(&ReactionDocument::from(row))?;
    }
    if next.is_none() {
        list.end();
    }
    let position = next.map_or(Position::Attachments(None), |last| Position::Reactions(Some(last)));
    Ok((Piece { name: REACTIONS.into(), bytes: list.bytes }, Some(position)))
}

fn limit() -> i64 {
    i64::try_from(PAGE).unwrap_or(i64::MAX)
}

/// A JSON array that is written in pieces.
struct List {
    bytes: Vec<u8>,
    is_begun: bool,
}

impl List {
    fn push(&mut self, item: &impl Serialize) -> Result<(), serde_json::Error> {
        self.bytes.extend_from_slice(if self.is_begun { b",\n" } else { b"[\n" });
        self.is_begun = true;
        serde_json::to_writer(&mut self.bytes, item)
    }

    fn end(&mut self) {
        self.bytes.extend_from_slice(if self.is_begun { b"\n]\n" } else { b"[]\n" });
    }
}

fn moment(moment: OffsetDateTime) -> String {
    moment.format(&Rfc3339).unwrap_or_default()
}
