//! Whom messages have reached, for clients without a socket too.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::receipt::{MessageReceipt, OpenConversation};
use crate::http::extract::{Caller, PathText};
use crate::http::openapi::PageParams;
use crate::http::problem::{Problem, Refusal};
use crate::http::query::{QueryText, page_ask};
use crate::http::{short_list, shown};
use crate::ops::typing;
use crate::state::State;

/// Whom a message has reached.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageReceiptPage {
    /// Everybody but its sender; none in conversations above the size of a group.
    items: Vec<MessageReceipt>,
    /// Where the list goes on; `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// Whom a message has reached
#[utoipa::path(get, path = "/v1/messages/{id}/receipts", operation_id = "listMessageReceipts", tag = "messages",
    params(("id" = Uuid, Path, description = "The message"), PageParams), responses(
    (status = 200, body = MessageReceiptPage),
    (status = 403, description = "`not_a_member` of the room", content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn of_message(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    query: QueryText,
) -> Result<Json<MessageReceiptPage>, Refusal> {
    let mut fields = query.fields(&["limit", "cursor"]);
    let ask = page_ask(&mut fields);
    let ask = fields.finish(|| ask)?;
    short_list::require_cursor(&ask)?;
    let receipts = state.messages.message_receipts(caller.principal, path.id("message")?).await?;
    let page = short_list::page(receipts, &ask)?;
    Ok(Json(MessageReceiptPage { items: page.items, next_cursor: page.next_cursor }))
}

/// Who has read how far
///
/// What `conversation.open` answers on a socket.
#[utoipa::path(get, path = "/v1/conversations/{id}/receipts", operation_id = "listReceipts", tag = "messages",
    params(("id" = Uuid, Path, description = "The conversation")), responses(
    (status = 200, body = OpenConversation),
    (status = 403, description = "`not_a_member` of the room", content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn of_conversation(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
) -> Result<Json<OpenConversation>, Refusal> {
    let (caller, conversation_id) = (caller.principal, path.id("conversation")?);
    let mut open = state.messages.receipts(caller, conversation_id).await?;
    open.online_count = shown::online_in(&state, caller, conversation_id).await;
    open.typing = typing::shown_to(&state, caller, conversation_id).await;
    Ok(Json(open))
}
