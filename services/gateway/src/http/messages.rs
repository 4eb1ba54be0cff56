//! Messages of a conversation, and single ones (contract section 6).

pub mod change;
pub mod marks;
pub mod reactions;
pub mod receipts;
pub mod send;
pub mod typing;

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State as FromState;
use pulse_runtime::trace_context;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::clients::commands::Order;
use crate::clients::message_store::{History, Position};
use crate::domain::{Message, Moment};
use crate::http::extract::{Caller, PathText};
use crate::http::problem::{Problem, Refusal};
use crate::http::query::{QueryText, limit};
use crate::json::Fields;
use crate::state::State;

/// How long a command may take.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(10);

/// A page of a history.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessagePage {
    /// Ascending by `seq`.
    items: Vec<Message>,
    /// There are earlier ones.
    has_before: bool,
    /// There are later ones.
    has_after: bool,
}

impl From<History> for MessagePage {
    fn from(history: History) -> Self {
        Self { items: history.items, has_before: history.has_before, has_after: history.has_after }
    }
}

/// Which page of a history: at most one of the positions.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents what `position` reads")]
struct HistoryParams {
    /// The page that ends before this seq.
    #[param(minimum = 0)]
    before: Option<i64>,
    /// The page that begins after this seq.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// The page with this seq in its middle.
    #[param(minimum = 0)]
    around: Option<i64>,
    /// The page with the first message in its middle that is not older than this time.
    #[param(value_type = Option<String>, format = DateTime)]
    at: Option<Moment>,
    /// Messages wanted.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
}

/// Routes of this folder.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new()
        .routes(routes!(history, send::send))
        .routes(routes!(message, change::edit, change::delete))
        .routes(routes!(change::edits))
        .routes(routes!(reactions::add, reactions::remove))
        .routes(routes!(receipts::of_message))
        .routes(routes!(receipts::of_conversation))
        .routes(routes!(marks::read))
        .routes(routes!(marks::delivered))
        .routes(routes!(marks::read_all))
        .routes(routes!(typing::typing))
}

/// History
///
/// Without a position: the latest page.
#[utoipa::path(get, path = "/v1/conversations/{id}/messages", operation_id = "listMessages", tag = "messages",
    params(("id" = Uuid, Path, description = "The conversation"), HistoryParams), responses(
    (status = 200, body = MessagePage),
    (status = 403, description = "`not_a_member` of the room", content_type = "application/problem+json", body = Problem),
))]
async fn history(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    query: QueryText,
) -> Result<Json<MessagePage>, Refusal> {
    let mut fields = query.fields(&["before", "after", "around", "at", "limit"]);
    let position = position(&mut fields);
    let limit = limit(&mut fields);
    let (position, limit) = fields.finish(|| Some((position?, limit?)))?;
    let found =
        state.message_store.history(caller.principal, path.id("conversation")?, position, limit).await?;
    Ok(Json(found.into()))
}

fn position(fields: &mut Fields) -> Option<Position> {
    let before = seq(fields, "before").map(|seq| seq.map(Position::Before));
    let after = seq(fields, "after").map(|seq| seq.map(Position::After));
    let around = seq(fields, "around").map(|seq| seq.map(Position::Around));
    let at = fields.optional_parsed::<Moment>("at", "a time like 2026-01-31T09:30:00.123Z");
    let at = at.map(|at| at.map(Position::At));
    let mut found = Position::Latest;
    for (name, position) in [("before", before?), ("after", after?), ("around", around?), ("at", at?)] {
        let Some(position) = position else { continue };
        if found != Position::Latest {
            fields.fault(name, "not_allowed", "give only one of before, after, around and at");
            return None;
        }
        found = position;
    }
    Some(found)
}

/// A position in a query: the outer `None` is a fault, the inner one absence.
fn seq(fields: &mut Fields, name: &str) -> Option<Option<i64>> {
    let seq = fields.optional_parsed::<i64>(name, "a whole number from 0")?;
    if seq.is_some_and(|seq| seq < 0) {
        fields.fault(name, "too_small", "must be at least 0");
        return None;
    }
    Some(seq)
}

/// One message
#[utoipa::path(get, path = "/v1/messages/{id}", operation_id = "getMessage", tag = "messages",
    params(("id" = Uuid, Path, description = "The message")), responses(
    (status = 200, body = Message),
    (status = 403, description = "`not_a_member` of the room", content_type = "application/problem+json", body = Problem),
))]
async fn message(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
) -> Result<Json<Message>, Refusal> {
    Ok(Json(state.message_store.message(caller.principal, path.id("message")?).await?))
}

/// A command of this caller, in the trace of the request.
fn order(caller: &Caller) -> Order {
    Order { principal: caller.principal, traceparent: trace_context::current(), timeout: COMMAND_TIMEOUT }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Position, String> {
        let map: Map<_, _> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        let mut fields = Fields::new(map);
        let read = position(&mut fields);
        fields.finish(|| read).map_err(|failure| {
            failure.fields.iter().map(|fault| format!("{} {}", fault.field, fault.code)).collect()
        })
    }

    #[test]
    fn one_position_at_most() {
        assert_eq!(read(&[]), Ok(Position::Latest));
        assert_eq!(read(&[("before", "7")]), Ok(Position::Before(7)));
        assert_eq!(read(&[("around", "0")]), Ok(Position::Around(0)));
        let at = "2026-01-31T09:30:00Z".parse().expect("a moment");
        assert_eq!(read(&[("at", "2026-01-31T10:30:00+01:00")]), Ok(Position::At(at)));
        let refused = |pairs: &[(&str, &str)]| read(pairs).expect_err("a fault");
        assert_eq!(refused(&[("before", "7"), ("after", "1")]), "after not_allowed");
        assert_eq!(refused(&[("around", "7"), ("at", "2026-01-31T09:30:00Z")]), "at not_allowed");
        assert_eq!(refused(&[("after", "-1")]), "after too_small");
        assert_eq!(refused(&[("after", "")]), "after invalid");
        assert_eq!(refused(&[("at", "yesterday")]), "at invalid");
    }
}
