//! Conversations: `/v1/conversations` (contract section 5). Groups and rooms are not made yet.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use futures_util::stream;
use http::StatusCode;
use pulse_rpc::{Failure, Principal, Reason};
use pulse_types::UserId;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::clients::social_graph::UserKey;
use crate::domain::user::User;
use crate::domain::{Conversation, ConversationKind};
use crate::http::extract::{Body, Caller, PathText, RequestBody};
use crate::http::openapi::PageParams;
use crate::http::problem::{Problem, Refusal};
use crate::http::query::{QueryText, page_ask};
use crate::json::Fields;
use crate::state::State;

/// Profiles of peers that are asked for at once for one page.
const PEERS_AT_ONCE: usize = 16;

/// A page of the inbox.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationPage {
    /// The conversations, latest activity first.
    items: Vec<Conversation>,
    /// Where the list goes on; `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
    /// What is unread in all conversations that are neither archived nor muted.
    total_unread: i64,
}

/// A new conversation.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "only `member_ids` matters for a direct; the others are checked while they are read"
)]
pub struct CreateConversation {
    /// What it is to be. Only `direct` can be made so far.
    kind: ConversationKind,
    /// Not with a direct.
    #[schema(max_length = 80, nullable = false)]
    title: Option<String>,
    /// Not with a direct.
    #[schema(max_length = 250, nullable = false)]
    topic: Option<String>,
    /// Of a direct: the other one.
    #[schema(value_type = Option<Vec<Uuid>>, nullable = false)]
    member_ids: Option<Vec<UserId>>,
    /// Makes a repeat safe.
    #[schema(nullable = false)]
    client_id: Option<Uuid>,
}

/// A direct conversation with this person.
struct CreateDirect(UserId);

impl RequestBody for CreateDirect {
    fn read(fields: &mut Fields) -> Option<Self> {
        let kind = fields.parsed::<ConversationKind>("kind", "`direct`, `group` or `room`");
        let title = fields.take("title");
        let topic = fields.take("topic");
        let member_ids = user_ids(fields, "member_ids");
        let client_id = fields.optional_parsed::<Uuid>("client_id", "a UUID");
        if kind? != ConversationKind::Direct {
            fields.fault(
                "kind",
                "not_allowed",
                "only direct conversations can be made so far; groups and rooms are to come",
            );
            return None;
        }
        for (name, given) in [("title", title), ("topic", topic)] {
            if given.is_some() {
                fields.fault(name, "not_allowed", "a direct conversation has none");
            }
        }
        match member_ids?.unwrap_or_default().as_slice() {
            [one] => client_id.map(|_| Self(*one)),
            [] => {
                fields.fault("member_ids", "required", "must name the other person");
                None
            }
            _ => {
                fields.fault("member_ids", "too_many", "a direct conversation is with one other person");
                None
            }
        }
    }
}

/// Reads a list of ids: the outer `None` is a fault, the inner one absence.
pub(super) fn user_ids(fields: &mut Fields, name: &str) -> Option<Option<Vec<UserId>>> {
    let list = match fields.take(name) {
        None => return Some(None),
        Some(Value::Array(list)) => list,
        Some(_) => {
            fields.fault(name, "invalid", "must be a list of UUIDs");
            return None;
        }
    };
    let ids: Vec<Option<UserId>> =
        list.iter().map(|item| item.as_str().and_then(|text| text.parse().ok())).collect();
    for (index, _) in ids.iter().enumerate().filter(|(_, id)| id.is_none()) {
        fields.fault(&format!("{name}.{index}"), "invalid", "must be a UUID");
    }
    ids.into_iter().collect::<Option<_>>().map(Some)
}

/// Routes of this file.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(conversation))
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
    responses((status = 200, body = ConversationPage)))]
async fn list(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    query: QueryText,
) -> Result<Json<ConversationPage>, Refusal> {
    let mut fields = query.fields(&["kind", "archived", "limit", "cursor"]);
    let kind = fields.optional_parsed::<ConversationKind>("kind", "`direct`, `group` or `room`");
    let archived = fields.optional_parsed::<bool>("archived", "`true` or `false`");
    let ask = page_ask(&mut fields);
    let (kind, archived, ask) = fields.finish(|| Some((kind?, archived?.unwrap_or(false), ask?)))?;
    let inbox = state.message_store.inbox(caller.principal, ask, kind, archived).await?;
    let items = stream::iter(inbox.page.items)
        .map(|conversation| with_peer(&state, caller.principal, conversation))
        .buffered(PEERS_AT_ONCE)
        .collect()
        .await;
    Ok(Json(ConversationPage {
        items,
        next_cursor: inbox.page.next_cursor,
        total_unread: inbox.total_unread,
    }))
}

/// Open a conversation
///
/// The direct with a person is made once; asking again answers 200 with the one that exists.
#[utoipa::path(post, path = "/v1/conversations", operation_id = "openConversation", tag = "conversations", request_body = CreateConversation, responses(
    (status = 201, body = Conversation),
    (status = 200, description = "It existed", body = Conversation),
    (status = 403, description = "`not_connected`: the two do not follow one another; `email_unverified`",
        content_type = "application/problem+json", body = Problem),
    (status = 404, description = "An unknown person", content_type = "application/problem+json", body = Problem),
))]
async fn create(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    body: Body,
) -> Result<Response, Refusal> {
    let CreateDirect(peer_id) = body.read()?;
    if let Err(unverified) = state.verified.require(caller.principal.user_id).await {
        // Whom one may not see is told first.
        state.social_graph.user(caller.principal, UserKey::Id(peer_id)).await?;
        return Err(unverified.into());
    }
    let made = state.message_store.get_or_create_direct(caller.principal, peer_id).await;
    let (conversation, is_new) = match made {
        Err(failure) if failure.reason == Reason::NotFound => {
            return Err(of_unknown(&state, caller.principal, peer_id).await.into());
        }
        made => made?,
    };
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(with_peer(&state, caller.principal, conversation).await)).into_response())
}

/// Why there is no direct conversation with somebody whom message-store does not know: it may not have been told yet of a
/// person, or of a connection, that social-graph knows.
async fn of_unknown(state: &State, caller: Principal, peer_id: UserId) -> Failure {
    match state.social_graph.user(caller, UserKey::Id(peer_id)).await {
        Ok(peer) if peer.relationship.is_some_and(|relationship| relationship.connected) => {
            Failure::unavailable("the service that keeps conversations")
        }
        Ok(_) => Failure::new(Reason::NotConnected, "the two of you do not follow one another"),
        Err(failure) => failure,
    }
}

/// One conversation
#[utoipa::path(get, path = "/v1/conversations/{id}", operation_id = "getConversation", tag = "conversations",
    params(("id" = Uuid, Path, description = "The conversation")), responses((status = 200, body = Conversation)))]
async fn conversation(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
) -> Result<Json<Conversation>, Refusal> {
    let found = state.message_store.conversation(caller.principal, path.id("conversation")?).await?;
    Ok(Json(with_peer(&state, caller.principal, found).await))
}

/// Puts the peer's profile in, as the caller sees it. While social-graph is down what message-store knows stays.
async fn with_peer(state: &State, caller: Principal, mut conversation: Conversation) -> Conversation {
    if let Some(known) = conversation.peer.take() {
        conversation.peer = peer(state, caller, known).await;
    }
    conversation
}

async fn peer(state: &State, caller: Principal, known: User) -> Option<User> {
    match state.social_graph.user(caller, UserKey::Id(known.id)).await {
        Ok(user) => Some(user),
        Err(failure) if failure.reason == Reason::NotFound => None,
        Err(failure) => {
            failure.log();
            Some(known)
        }
    }
}
