//! Conversations: `/v1/conversations` (contract section 5).

pub mod create;
pub mod lifecycle;
pub mod members;
pub mod update;

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::{Conversation, ConversationKind};
use crate::http::extract::{Caller, PathText};
use crate::http::openapi::PageParams;
use crate::http::problem::Refusal;
use crate::http::query::{QueryText, page_ask};
use crate::http::shown;
use crate::state::State;

/// A page of the inbox.
#[derive(Debug, Serialize, ToSchema)]
pub struct InboxPage {
    /// The conversations, latest activity first.
    items: Vec<Conversation>,
    /// Where the list goes on; `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
    /// What is unread in all conversations that are neither archived nor muted.
    total_unread: i64,
}

/// Routes of this folder.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new()
        .routes(routes!(list, create::create))
        .routes(routes!(conversation, update::update, update::delete))
        .routes(routes!(update::update_my))
        .routes(routes!(members::list))
        .routes(routes!(members::put, members::remove))
        .routes(routes!(lifecycle::join))
        .routes(routes!(lifecycle::leave))
        .routes(routes!(lifecycle::transfer))
        .routes(routes!(lifecycle::close))
        .routes(routes!(lifecycle::reopen))
}

/// The inbox
///
/// Latest activity first.
#[utoipa::path(get, path = "/v1/conversations", operation_id = "listConversations", tag = "conversations",
    params(
        ("kind" = Option<ConversationKind>, Query, description = "Only this kind"),
        ("archived" = Option<bool>, Query, description = "The archived ones instead of the others"),
        PageParams,
    ),
    responses((status = 200, body = InboxPage)))]
async fn list(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    query: QueryText,
) -> Result<Json<InboxPage>, Refusal> {
    let mut fields = query.fields(&["kind", "archived", "limit", "cursor"]);
    let kind = fields.optional_parsed::<ConversationKind>("kind", "`direct`, `group` or `room`");
    let archived = fields.optional_parsed::<bool>("archived", "`true` or `false`");
    let ask = page_ask(&mut fields);
    let (kind, archived, ask) = fields.finish(|| Some((kind?, archived?.unwrap_or(false), ask?)))?;
    let inbox = state.message_store.inbox(caller.principal, ask, kind, archived).await?;
    Ok(Json(InboxPage {
        items: shown::many(&state, caller.principal, inbox.page.items).await,
        next_cursor: inbox.page.next_cursor,
        total_unread: inbox.total_unread,
    }))
}

/// One conversation
///
/// A room is shown to everybody, with `my` and `last_message` `null` to those who are not in it.
#[utoipa::path(get, path = "/v1/conversations/{id}", operation_id = "getConversation", tag = "conversations",
    params(("id" = Uuid, Path, description = "The conversation")), responses((status = 200, body = Conversation)))]
async fn conversation(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
) -> Result<Json<Conversation>, Refusal> {
    let found = state.message_store.conversation(caller.principal, path.id("conversation")?).await?;
    Ok(Json(shown::one(&state, caller.principal, found).await))
}
