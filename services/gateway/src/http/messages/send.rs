//! Sending.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::State as FromState;
use axum::response::Response;
use pulse_types::{AttachmentId, ConversationId, MessageId};
use utoipa::ToSchema;
use uuid::Uuid;

use super::order;
use crate::domain::conversation_change::{ATTACHMENTS_MAX, check_body};
use crate::domain::{Message, SendMessage};
use crate::http::extract::{Body, Caller, PathText, RequestBody};
use crate::http::problem::{Problem, Refusal};
use crate::http::repeat::made_or_repeated;
use crate::json::Fields;
use crate::json::ids::distinct_ids;
use crate::state::State;
use crate::ws::typing;

/// A new message.
#[derive(ToSchema)]
#[schema(as = SendMessage)]
pub struct SendMessageRequest {
    /// Made by the client. A repeat with the same one answers 200 with the message that was stored.
    client_id: Uuid,
    /// Trimmed; not empty unless there are attachments.
    #[schema(value_type = Option<String>, max_length = 4000, example = "Shall we meet at the station?", nullable = false)]
    body: String,
    /// The message it answers, in the same conversation.
    #[schema(value_type = Option<Uuid>, nullable = false)]
    reply_to: Option<MessageId>,
    /// Files that the caller has sent up before and not used yet.
    #[schema(value_type = Option<Vec<Uuid>>, max_items = 10, nullable = false)]
    attachment_ids: Vec<AttachmentId>,
}

impl RequestBody for SendMessageRequest {
    fn read(fields: &mut Fields) -> Option<Self> {
        let client_id = fields.parsed("client_id", "a UUID");
        let body = fields.optional_text("body");
        let reply_to = fields.optional_parsed("reply_to", "a UUID");
        let attachment_ids = distinct_ids::<AttachmentId>(fields, "attachment_ids", ATTACHMENTS_MAX);
        let (body, attachment_ids) = (body?.unwrap_or_default(), attachment_ids?.unwrap_or_default());
        if let Err(fault) = check_body(&body, !attachment_ids.is_empty()) {
            fields.fault("body", fault.code, &fault.detail);
        }
        Some(Self { client_id: client_id?, body, reply_to: reply_to?, attachment_ids })
    }
}

impl SendMessageRequest {
    /// The message, in its conversation.
    #[must_use]
    pub fn into_send(self, conversation_id: ConversationId) -> SendMessage {
        let Self { client_id, body, reply_to, attachment_ids } = self;
        SendMessage { conversation_id, client_id, body, reply_to, attachment_ids }
    }
}

/// Send a message
///
/// 201 once it is durable. When it fails or times out, repeat it with the same `client_id`.
#[utoipa::path(post, path = "/v1/conversations/{id}/messages", operation_id = "sendMessage", tag = "messages", request_body = SendMessageRequest,
    params(("id" = Uuid, Path, description = "The conversation")), responses(
    (status = 201, body = Message),
    (status = 200, description = "A repeat: the message as it is now", body = Message,
        headers(("Idempotent-Replayed" = bool, description = "Always `true`"))),
    (status = 403, description = "`not_connected`, `not_a_member`, `conversation_closed`, `email_unverified`",
        content_type = "application/problem+json", body = Problem),
    (status = 409, description = "`idempotency_mismatch`: the `client_id` was used for something else",
        content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn send(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    body: Body,
) -> Result<Response, Refusal> {
    let new: SendMessageRequest = body.read()?;
    let conversation_id = path.id("conversation")?;
    if let Err(unverified) = state.verified.require(caller.principal.user_id).await {
        // What one may not see is told first.
        state.message_store.conversation(caller.principal, conversation_id).await?;
        return Err(unverified.into());
    }
    let send = new.into_send(conversation_id);
    let asked_at = tokio::time::Instant::now();
    state.limits.messages.ask_others(caller.principal.user_id).await;
    let taken = state.limits.messages.take(
        caller.principal.user_id,
        conversation_id,
        send.client_id,
        Instant::now(),
    )?;
    let outcome = state.commands.send_message(order(&caller), send).await;
    state.limits.messages.settle(&taken, &outcome);
    let sent = outcome?;
    typing::sent(&state, caller.principal.user_id, conversation_id, asked_at);
    Ok(made_or_repeated(sent.message, sent.replayed))
}
