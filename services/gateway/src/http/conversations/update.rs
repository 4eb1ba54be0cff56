//! Changes of a conversation, of what a member chose, and its end.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use http::StatusCode;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::conversation_change::{ConversationPatch, MembershipPatch, check_title, check_topic};
use crate::domain::{Conversation, Moment};
use crate::http::extract::{Body, Caller, PathText, RequestBody};
use crate::http::problem::{Problem, Refusal};
use crate::http::shown;
use crate::http::texts::trimmed_or_null;
use crate::json::Fields;
use crate::limits::Limit;
use crate::state::State;

/// Changes of a conversation; what is absent stays.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what `ConversationPatch` reads")]
pub struct UpdateConversationRequest {
    /// Trimmed; `null` clears that of a group.
    #[schema(min_length = 1, max_length = 80, example = "Analytical engines")]
    title: Option<String>,
    /// Trimmed; `null` clears it.
    #[schema(max_length = 250, example = "Cogs, cards and compilers")]
    topic: Option<String>,
    /// A picture that the caller has sent up; `null` clears it.
    avatar_attachment_id: Option<Uuid>,
}

impl RequestBody for ConversationPatch {
    fn read(fields: &mut Fields) -> Option<Self> {
        let title = trimmed_or_null(fields, "title", check_title);
        let topic = trimmed_or_null(fields, "topic", check_topic);
        let avatar_attachment_id = match fields.take_null("avatar_attachment_id") {
            true => Some(Some(None)),
            false => fields.optional_parsed::<Uuid>("avatar_attachment_id", "a UUID").map(|id| id.map(Some)),
        };
        Some(Self { title: title?, topic: topic?, avatar_attachment_id: avatar_attachment_id? })
    }
}

/// Changes of what the caller chose; what is absent stays.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what `MembershipPatch` reads")]
pub struct UpdateMyRequest {
    /// No notifications until then; in the year 9999: for good. `null` ends it.
    muted_until: Option<Moment>,
    /// Marked by the caller.
    #[schema(nullable = false)]
    pinned: Option<bool>,
    /// Out of the inbox.
    #[schema(nullable = false)]
    archived: Option<bool>,
}

impl RequestBody for MembershipPatch {
    fn read(fields: &mut Fields) -> Option<Self> {
        let muted_until = match fields.take_null("muted_until") {
            true => Some(Some(None)),
            false => fields
                .optional_parsed::<Moment>("muted_until", "a time like 2026-01-31T09:30:00.123Z")
                .map(|until| until.map(Some)),
        };
        let pinned = fields.optional_switch("pinned");
        let archived = fields.optional_switch("archived");
        Some(Self { muted_until: muted_until?, pinned: pinned?, archived: archived? })
    }
}

/// Change title, topic or picture
///
/// By owner or admin of a group or room.
#[utoipa::path(patch, path = "/v1/conversations/{id}", operation_id = "updateConversation", tag = "conversations",
    request_body = Option<UpdateConversationRequest>, params(("id" = Uuid, Path, description = "The conversation")), responses(
    (status = 200, body = Conversation),
    (status = 403, description = "`forbidden`: a direct, or the role does not allow it; `not_a_member`; `conversation_closed`",
        content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn update(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    body: Body,
) -> Result<Json<Conversation>, Refusal> {
    let patch: ConversationPatch = body.read()?;
    let (caller, conversation_id) = (caller.principal, path.id("conversation")?);
    state.limits.account(Limit::ChangeConversation, caller.user_id).await?;
    let changed = state.conversations.update(caller, conversation_id, patch).await?;
    Ok(Json(shown::one(&state, caller, changed).await))
}

/// Mute, pin, archive
///
/// For the caller alone.
#[utoipa::path(patch, path = "/v1/conversations/{id}/my", operation_id = "updateMyConversation", tag = "conversations",
    request_body = Option<UpdateMyRequest>, params(("id" = Uuid, Path, description = "The conversation")), responses(
    (status = 200, body = Conversation),
    (status = 403, description = "`not_a_member` of the room", content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn update_my(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    body: Body,
) -> Result<Json<Conversation>, Refusal> {
    let patch: MembershipPatch = body.read()?;
    let (caller, conversation_id) = (caller.principal, path.id("conversation")?);
    let changed = state.conversations.update_membership(caller, conversation_id, patch).await?;
    Ok(Json(shown::one(&state, caller, changed).await))
}

/// Delete a conversation
///
/// With all that is in it; by the owner of a group or room.
#[utoipa::path(delete, path = "/v1/conversations/{id}", operation_id = "deleteConversation", tag = "conversations",
    params(("id" = Uuid, Path, description = "The conversation")), responses(
    (status = 204, description = "Deleted"),
    (status = 403, description = "`forbidden`: a direct, or not the owner; `not_a_member`",
        content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn delete(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
) -> Result<StatusCode, Refusal> {
    let (caller, conversation_id) = (caller.principal, path.id("conversation")?);
    state.limits.account(Limit::ChangeConversation, caller.user_id).await?;
    state.conversations.delete(caller, conversation_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
