//! New conversations.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use axum::response::{IntoResponse as _, Response};
use pulse_rpc::{Failure, Principal, Reason};
use pulse_types::UserId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::conversation_change::{NewConversation, OTHERS_MAX, Opening, check_title, check_topic};
use crate::domain::{Conversation, ConversationKind};
use crate::http::extract::{Body, Caller};
use crate::http::problem::{Problem, Refusal};
use crate::http::repeat::made_or_repeated;
use crate::http::shown;
use crate::http::texts::trimmed;
use crate::json::Fields;
use crate::json::ids::distinct_ids;
use crate::limits::Limit;
use crate::state::State;

/// A new conversation.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what `read` reads")]
pub struct CreateConversation {
    /// What it is to be.
    kind: ConversationKind,
    /// Trimmed. Rooms need one, directs have none.
    #[schema(min_length = 1, max_length = 80, nullable = false, example = "Analytical engines")]
    title: Option<String>,
    /// Trimmed. Directs have none.
    #[schema(max_length = 250, nullable = false, example = "Cogs, cards and compilers")]
    topic: Option<String>,
    /// Whom the caller is connected with: the other one of a direct, 1 to 255 people of a group, up to 255 of a room.
    #[schema(value_type = Option<Vec<Uuid>>, max_items = 255, nullable = false)]
    member_ids: Option<Vec<UserId>>,
    /// Makes a repeat safe, of directs, groups and rooms alike. Take a new one for each conversation.
    #[schema(nullable = false)]
    client_id: Option<Uuid>,
}

fn read(fields: &mut Fields, creator_id: UserId) -> Option<NewConversation> {
    let kind = fields.parsed::<ConversationKind>("kind", "`direct`, `group` or `room`");
    let (title, topic) = match kind {
        Some(ConversationKind::Direct) => (read_none(fields, "title"), read_none(fields, "topic")),
        _ => (trimmed(fields, "title", check_title), trimmed(fields, "topic", check_topic)),
    };
    let member_ids = distinct_ids::<UserId>(fields, "member_ids", OTHERS_MAX);
    let client_id = fields.optional_parsed::<Uuid>("client_id", "a UUID");
    if (kind, &title) == (Some(ConversationKind::Room), &Some(None)) {
        fields.fault("title", "required", "a room has one");
    }
    let member_ids = check_members(fields, kind?, member_ids?.unwrap_or_default(), creator_id)?;
    Some(NewConversation { kind: kind?, title: title?, topic: topic?, member_ids, client_id: client_id? })
}

/// What a direct has not.
fn read_none(fields: &mut Fields, name: &str) -> Option<Option<String>> {
    if fields.take(name).is_some() {
        fields.fault(name, "not_allowed", "a direct conversation has none");
    }
    Some(None)
}

fn check_members(
    fields: &mut Fields,
    kind: ConversationKind,
    member_ids: Vec<UserId>,
    creator_id: UserId,
) -> Option<Vec<UserId>> {
    if let Some(index) = member_ids.iter().position(|id| *id == creator_id) {
        fields.fault(
            &format!("member_ids.{index}"),
            "invalid",
            "must be somebody else; you are in it anyway",
        );
        return None;
    }
    let fault = match (kind, member_ids.len()) {
        (ConversationKind::Direct, 0) => ("required", "must name the other person"),
        (ConversationKind::Direct, 2..) => ("too_many", "a direct conversation is with one other person"),
        (ConversationKind::Group, 0) => ("required", "must name at least one other person"),
        _ => return Some(member_ids),
    };
    fields.fault("member_ids", fault.0, fault.1);
    None
}

/// Open a conversation
///
/// Groups and rooms are made; nobody is added by halves. The direct with a person is made once; asking again answers 200 with
/// the one that exists. With a `client_id` a repeat answers 200 with what the first request was answered with, as it is now.
#[utoipa::path(post, path = "/v1/conversations", operation_id = "openConversation", tag = "conversations", request_body = CreateConversation, responses(
    (status = 201, body = Conversation),
    (status = 200, description = "It existed", body = Conversation,
        headers(("Idempotent-Replayed" = bool, description = "`true` for a repeat with the same `client_id`"))),
    (status = 403, description = "`not_connected`: a member and the caller do not follow one another; `email_unverified`",
        content_type = "application/problem+json", body = Problem),
    (status = 404, description = "An unknown member; what the first request with this `client_id` made is gone",
        content_type = "application/problem+json", body = Problem),
    (status = 409, description = "`idempotency_mismatch`: the `client_id` was used for something else",
        content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn create(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    body: Body,
) -> Result<Response, Refusal> {
    let caller = caller.principal;
    let new = body.read_with(|fields| read(fields, caller.user_id))?;
    if let Err(unverified) = state.verified.require(caller.user_id).await {
        // Whom one may not see is told first.
        shown::people(&state, caller, &new.member_ids).await?;
        return Err(unverified.into());
    }
    state.limits.account(Limit::CreateConversation, caller.user_id).await?;
    let member_ids = new.member_ids.clone();
    let (conversation, opening) = match make(&state, caller, new).await {
        // With a fault of `client_id` it is what the first request made that is gone.
        Err(failure) if failure.reason == Reason::NotFound && failure.fields.is_empty() => {
            return Err(shown::why_unknown(&state, caller, &member_ids).await.into());
        }
        made => made?,
    };
    let conversation = shown::one(&state, caller, conversation).await;
    Ok(match opening {
        Opening::Stood => Json(conversation).into_response(),
        Opening::Made | Opening::Repeated => made_or_repeated(conversation, opening == Opening::Repeated),
    })
}

async fn make(
    state: &State,
    caller: Principal,
    new: NewConversation,
) -> Result<(Conversation, Opening), Failure> {
    match (new.kind, new.member_ids.first()) {
        (ConversationKind::Direct, Some(peer_id)) => {
            state.message_store.get_or_create_direct(caller, *peer_id, new.client_id).await
        }
        _ => state.conversations.create(caller, new).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: &str = "0190a5c6-7c1f-7000-8000-000000000001";
    const ADA: &str = "0190a5c6-7c1f-7000-8000-000000000002";
    const GRACE: &str = "0190a5c6-7c1f-7000-8000-000000000003";

    fn faults(body: serde_json::Value) -> Vec<String> {
        let me = ME.parse().expect("an id");
        let mut fields = Fields::new(body.as_object().cloned().unwrap_or_default());
        let read = read(&mut fields, me);
        match fields.finish(|| read) {
            Ok(_) => Vec::new(),
            Err(failure) => {
                failure.fields.iter().map(|fault| format!("{} {}", fault.field, fault.code)).collect()
            }
        }
    }

    #[test]
    fn each_kind_has_its_own_fields() {
        use serde_json::json;
        let cases = [
            (json!({"kind": "direct", "member_ids": [ADA]}), vec![]),
            (json!({"kind": "direct"}), vec!["member_ids required"]),
            (json!({"kind": "direct", "member_ids": [ADA, GRACE]}), vec!["member_ids too_many"]),
            (
                json!({"kind": "direct", "member_ids": [ME], "title": "t", "topic": null}),
                vec!["title not_allowed", "topic not_allowed", "member_ids.0 invalid"],
            ),
            (json!({"kind": "group", "member_ids": [ADA]}), vec![]),
            (json!({"kind": "group", "member_ids": []}), vec!["member_ids required"]),
            (json!({"kind": "group", "member_ids": [ADA, ADA]}), vec!["member_ids.1 invalid"]),
            (json!({"kind": "group", "member_ids": [ADA, ME]}), vec!["member_ids.1 invalid"]),
            (json!({"kind": "group", "member_ids": [ADA], "title": null}), vec!["title invalid"]),
            (json!({"kind": "room", "title": "  Engines "}), vec![]),
            (json!({"kind": "room"}), vec!["title required"]),
            (json!({"kind": "room", "title": " "}), vec!["title too_short"]),
            (json!({"kind": "room", "title": "a\u{0}b"}), vec!["title invalid"]),
            (json!({"kind": "club", "client_id": "x"}), vec!["kind invalid", "client_id invalid"]),
            (json!({}), vec!["kind required"]),
        ];
        for (body, expected) in cases {
            assert_eq!(faults(body.clone()), expected, "{body}");
        }
    }
}
