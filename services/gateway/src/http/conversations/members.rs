//! Who is in a conversation.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use pulse_rpc::{Failure, Principal, Reason};
use pulse_types::{ConversationId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Member, Role};
use crate::http::extract::{Body, Caller, PathText, RequestBody};
use crate::http::openapi::PageParams;
use crate::http::path::PathPair;
use crate::http::problem::{Problem, Refusal};
use crate::http::query::{QueryText, page_ask};
use crate::http::shown;
use crate::json::Fields;
use crate::limits::Limit;
use crate::state::State;

/// A page of members.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberPage {
    /// Owner and admins first, then by `joined_at`.
    items: Vec<Member>,
    /// Where the list goes on; `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// What somebody may do who is not the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum GivenRole {
    /// Manage members and texts.
    Admin,
    /// Read and write.
    Member,
}

/// What a member is to be.
#[derive(ToSchema)]
pub struct PutMemberRequest {
    /// Absent: `member` for somebody who is added, and the present one for somebody who is in. `owner` only by transfer.
    #[schema(nullable = false)]
    role: Option<GivenRole>,
}

impl RequestBody for PutMemberRequest {
    fn read(fields: &mut Fields) -> Option<Self> {
        let role = fields.optional_text("role")?;
        let fault = match role.as_deref() {
            None => return Some(Self { role: None }),
            Some("admin") => return Some(Self { role: Some(GivenRole::Admin) }),
            Some("member") => return Some(Self { role: Some(GivenRole::Member) }),
            Some("owner") => ("not_allowed", "the owner is made by a transfer"),
            Some(_) => ("invalid", "must be `admin` or `member`"),
        };
        fields.fault("role", fault.0, fault.1);
        None
    }
}

impl From<GivenRole> for Role {
    fn from(role: GivenRole) -> Self {
        match role {
            GivenRole::Admin => Self::Admin,
            GivenRole::Member => Self::Member,
        }
    }
}

/// Who is in a conversation
#[utoipa::path(get, path = "/v1/conversations/{id}/members", operation_id = "listMembers", tag = "conversations",
    params(("id" = Uuid, Path, description = "The conversation"), PageParams), responses(
    (status = 200, body = MemberPage),
    (status = 403, description = "`forbidden`: a direct; `not_a_member` of the room",
        content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn list(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    query: QueryText,
) -> Result<Json<MemberPage>, Refusal> {
    let mut fields = query.fields(&["limit", "cursor"]);
    let ask = page_ask(&mut fields);
    let ask = fields.finish(|| ask)?;
    let page = state.conversations.members(caller.principal, path.id("conversation")?, ask).await?;
    Ok(Json(MemberPage { items: page.items, next_cursor: page.next_cursor }))
}

/// Add somebody, or give a member another role
///
/// By owner or admin. Whom one adds must be connected to the adder.
#[utoipa::path(put, path = "/v1/conversations/{id}/members/{user_id}", operation_id = "putMember", tag = "conversations",
    request_body = Option<PutMemberRequest>,
    params(("id" = Uuid, Path, description = "The conversation"), ("user_id" = Uuid, Path, description = "The person")), responses(
    (status = 201, description = "Added", body = Member),
    (status = 200, description = "Changed, or the same", body = Member),
    (status = 403, description = "`forbidden`: a direct, the owner, or the role does not allow it; `not_a_member`; \
        `not_connected`; `conversation_closed`",
        content_type = "application/problem+json", body = Problem),
    (status = 404, description = "No such conversation or person", content_type = "application/problem+json", body = Problem),
    (status = 422, description = "`validation_failed`: a bad body; the conversation is full (`conversation_id` `too_many`)",
        content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn put(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathPair,
    body: Body,
) -> Result<Response, Refusal> {
    let request: PutMemberRequest = body.read()?;
    let caller = caller.principal;
    let (conversation_id, user_id) = path.ids(("conversation", "person"))?;
    state.limits.account(Limit::Members, caller.user_id).await?;
    let role = request.role.map(Role::from);
    let (member, is_new) = match state.conversations.put_member(caller, conversation_id, user_id, role).await
    {
        Err(failure) if failure.reason == Reason::NotFound => {
            return Err(why_not_found(&state, caller, conversation_id, user_id).await.into());
        }
        put => put?,
    };
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(member)).into_response())
}

/// The conversation may not be there; or message-store has not learnt of the person yet.
async fn why_not_found(
    state: &State,
    caller: Principal,
    conversation_id: ConversationId,
    user_id: UserId,
) -> Failure {
    match state.message_store.conversation(caller, conversation_id).await {
        Ok(_) => shown::why_unknown(state, caller, &[user_id]).await,
        Err(failure) => failure,
    }
}

/// Remove somebody
///
/// By owner or admin; nobody removes the owner. Of oneself: leave. Idempotent.
#[utoipa::path(delete, path = "/v1/conversations/{id}/members/{user_id}", operation_id = "removeMember", tag = "conversations",
    params(("id" = Uuid, Path, description = "The conversation"), ("user_id" = Uuid, Path, description = "The person")), responses(
    (status = 204, description = "Not in it any more"),
    (status = 403, description = "`forbidden`: a direct, the owner, or the role does not allow it; `not_a_member`",
        content_type = "application/problem+json", body = Problem),
    (status = 409, description = "`conflict`: the owner can't leave while others are there",
        content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn remove(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathPair,
) -> Result<StatusCode, Refusal> {
    let caller = caller.principal;
    let (conversation_id, user_id) = path.ids(("conversation", "person"))?;
    state.limits.account(Limit::Members, caller.user_id).await?;
    state.conversations.remove_member(caller, conversation_id, user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
