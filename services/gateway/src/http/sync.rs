//! What changed since the client last looked, and finding messages (contract section 6).

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State as FromState;
use pulse_rpc::{Failure, Principal};
use pulse_types::{ConversationId, UserId};
use serde::Serialize;
use utoipa::openapi::schema::AnyOfBuilder;
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::clients::sync::SearchAsk;
use crate::domain::sync::{Changes, SearchHit, Sync};
use crate::http::extract::{Caller, PathText};
use crate::http::openapi::PageParams;
use crate::http::problem::{Problem, Refusal};
use crate::http::query::{QueryText, page_ask};
use crate::http::shown;
use crate::json::Fields;
use crate::limits::Limit;
use crate::state::State;
use crate::sync::{self, waiting};

/// Longest time that a client may wait, in seconds.
const WAIT_MAX: u64 = 30;

/// Where a client stands that has not looked yet.
#[derive(Debug, Serialize, ToSchema)]
pub struct SyncStart {
    /// Where the next sync goes on.
    token: String,
    /// What is unread in all conversations that are neither archived nor muted.
    total_unread: i64,
}

/// What changed; without `since` where the client stands.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum SyncAnswer {
    /// What changed since the token.
    Changed(Sync),
    /// Without a token.
    Start(SyncStart),
}

// Whatever tells what changed holds all that the other one holds: the derived `oneOf` would allow neither.
impl PartialSchema for SyncAnswer {
    fn schema() -> RefOr<Schema> {
        AnyOfBuilder::new()
            .item(Ref::from_schema_name(Sync::name()))
            .item(Ref::from_schema_name(SyncStart::name()))
            .description(Some("What changed; without `since` where the client stands."))
            .into()
    }
}

impl ToSchema for SyncAnswer {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Sync::name().into_owned(), Sync::schema()));
        Sync::schemas(schemas);
        schemas.push((SyncStart::name().into_owned(), SyncStart::schema()));
        SyncStart::schemas(schemas);
    }
}

/// A page of what a search found.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchPage {
    /// Best first.
    items: Vec<SearchHit>,
    /// Where the list goes on; `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// Routes of this file.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(sync)).routes(routes!(changes)).routes(routes!(search))
}

/// What changed
///
/// In all conversations, since a token. Marks as delivered what it returns. While `has_more`, ask again with the new `token`.
/// Without `since`: the present token and what is unread. With `wait` the answer comes as soon as something changed.
#[utoipa::path(get, path = "/v1/sync", operation_id = "sync", tag = "messages",
    params(
        ("since" = Option<String>, Query, description = "`token` of an earlier answer, or the `sync_token` of a socket"),
        ("wait" = Option<u32>, Query, description = "Seconds to wait for a change", minimum = 0, maximum = 30),
    ),
    responses(
        (status = 200, body = SyncAnswer),
        (status = 410, description = "`resync_required`: the token is older than 30 days; drop the cache and begin again",
            content_type = "application/problem+json", body = Problem),
    ))]
async fn sync(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    query: QueryText,
) -> Result<Json<SyncAnswer>, Refusal> {
    let mut fields = query.fields(&["since", "wait"]);
    let since = since(&mut fields);
    let wait = wait_seconds(&mut fields);
    let (since, wait) = fields.finish(|| Some((since?, wait?)))?;
    let wait = (wait > 0).then_some(Duration::from_secs(wait));
    Ok(Json(answer(&state, caller.principal, since, wait).await?))
}

/// What changed since a token; without one where the client stands. With `wait` as soon as something has.
///
/// # Errors
/// `rate_limited`, and as [`sync::page`] and [`waiting::wait`] tell.
pub async fn answer(
    state: &State,
    caller: Principal,
    since: Option<String>,
    wait: Option<Duration>,
) -> Result<SyncAnswer, Failure> {
    state.limits.account(Limit::Sync, caller.user_id).await?;
    let Some(since) = since else {
        let point = sync::point(state, caller).await?;
        return Ok(SyncAnswer::Start(SyncStart { token: point.token, total_unread: point.total_unread }));
    };
    let found = match wait {
        None => sync::page(state, caller, &since).await?,
        Some(wait) => waiting::wait(state, caller, &since, wait).await?,
    };
    Ok(SyncAnswer::Changed(found))
}

/// The client's token, or absence: the outer `None` is a fault.
pub fn since(fields: &mut Fields) -> Option<Option<String>> {
    let since = fields.optional_text("since")?;
    if since.as_deref() == Some("") {
        fields.fault("since", "invalid", "must be a token, or left out for the first time");
        return None;
    }
    Some(since)
}

fn wait_seconds(fields: &mut Fields) -> Option<u64> {
    match fields.optional_parsed::<i64>("wait", "a whole number from 0 to 30")? {
        None => Some(0),
        Some(wait) => match u64::try_from(wait) {
            Ok(wait @ 0..=WAIT_MAX) => Some(wait),
            Ok(_) => {
                fields.fault("wait", "too_large", "must be at most 30");
                None
            }
            Err(_) => {
                fields.fault("wait", "too_small", "must be at least 0");
                None
            }
        },
    }
}

/// What changed in a conversation
///
/// The present state of all that changed after a version. While `has_more`, ask again after the `version` of the answer.
#[utoipa::path(get, path = "/v1/conversations/{id}/changes", operation_id = "listChanges", tag = "messages",
    params(
        ("id" = Uuid, Path, description = "The conversation"),
        ("after" = i64, Query, description = "The version up to which all is known", minimum = 0),
    ),
    responses(
        (status = 200, body = Changes),
        (status = 403, description = "`not_a_member` of the room", content_type = "application/problem+json", body = Problem),
    ))]
async fn changes(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    query: QueryText,
) -> Result<Json<Changes>, Refusal> {
    let mut fields = query.fields(&["after"]);
    let after = fields.parsed::<i64>("after", "a whole number from 0");
    if after.is_some_and(|after| after < 0) {
        fields.fault("after", "too_small", "must be at least 0");
    }
    let after = fields.finish(|| after)?;
    let conversation_id = path.id("conversation")?;
    Ok(Json(changes_after(&state, caller.principal, conversation_id, after).await?))
}

/// What changed in a conversation after a version, as the caller is shown it.
///
/// # Errors
/// `rate_limited`, `not_found`, `not_a_member`; `unavailable` when message-store can't be reached.
pub async fn changes_after(
    state: &State,
    caller: Principal,
    conversation_id: ConversationId,
    after: i64,
) -> Result<Changes, Failure> {
    state.limits.account(Limit::Sync, caller.user_id).await?;
    let found = state.following.changes(caller, conversation_id, after).await?;
    let conversation = shown::one(state, caller, found.conversation).await;
    Ok(Changes { conversation, ..found })
}

/// Find messages
///
/// In the caller's conversations, by their words: all of them, in any order and inflection; `"quoted words"` stand together,
/// `-word` is not wanted. Best first.
#[utoipa::path(get, path = "/v1/search/messages", operation_id = "searchMessages", tag = "messages",
    params(
        ("q" = String, Query, description = "1..200 characters", example = "station"),
        ("conversation_id" = Option<Uuid>, Query, description = "Only in this conversation"),
        ("from" = Option<Uuid>, Query, description = "Only by this person"),
        PageParams,
    ),
    responses(
        (status = 200, body = SearchPage),
        (status = 403, description = "`not_a_member` of the room", content_type = "application/problem+json", body = Problem),
        (status = 404, description = "No such conversation", content_type = "application/problem+json", body = Problem),
    ))]
async fn search(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    query: QueryText,
) -> Result<Json<SearchPage>, Refusal> {
    let mut fields = query.fields(&["q", "conversation_id", "from", "limit", "cursor"]);
    let text = fields.text("q");
    if text.as_deref().is_some_and(|text| text.trim().is_empty()) {
        fields.fault("q", "too_short", "must have at least 1 character");
    }
    let conversation_id = fields.optional_parsed::<ConversationId>("conversation_id", "a UUID");
    let from = fields.optional_parsed::<UserId>("from", "a UUID");
    let ask = page_ask(&mut fields);
    let (wanted, ask) = fields.finish(|| {
        Some((SearchAsk { query: text?, conversation_id: conversation_id?, from: from? }, ask?))
    })?;
    state.limits.account(Limit::Search, caller.principal.user_id).await?;
    let found = state.following.search(caller.principal, wanted, ask).await?;
    Ok(Json(SearchPage { items: found.items, next_cursor: found.next_cursor }))
}
