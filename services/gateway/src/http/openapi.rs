//! The OpenAPI document around the handlers: its head, and what all operations share.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Object, OpenApi, Ref, RefOr, Type};
use utoipa::{IntoParams, OpenApi as _, ToSchema as _};

use crate::http::problem::{FieldError, PROBLEM_JSON, Problem};

/// Head of the document.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "PulseChat",
        version = "1",
        description = "People, conversations and messages. Ids are `UUIDv7`, times RFC 3339 in UTC with milliseconds. Errors are \
            RFC 9457 problems; branch on their `code`. Clients ignore response fields and values that they do not know.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "installation", description = "What anybody may know"),
        (name = "accounts", description = "Accounts and sessions"),
        (name = "me", description = "Oneself"),
        (name = "people", description = "Others, and who follows whom"),
        (name = "conversations", description = "Where people talk"),
        (name = "messages", description = "What they say, and up to where it is read"),
        (name = "presence", description = "Who is there"),
    ),
    components(schemas(Problem, FieldError)),
    security(("bearer" = [])),
)]
struct Head;

/// Which part of a list is wanted.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents what `page_ask` reads")]
pub struct PageParams {
    /// Items wanted.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The document before the routes are added.
pub(super) fn head() -> OpenApi {
    Head::openapi()
}

/// Adds to every operation what all of them answer: the errors of section 1 and the headers of each answer.
pub(super) fn complete(mut document: OpenApi) -> OpenApi {
    if let Some(components) = &mut document.components {
        let mut bearer = Http::new(HttpAuthScheme::Bearer);
        bearer.bearer_format = Some("JWT".to_owned());
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
    for (path, item) in &mut document.paths.paths {
        let has_id = path.contains('{');
        for operation in operations(item) {
            complete_operation(operation, has_id);
        }
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}

fn complete_operation(operation: &mut Operation, has_id: bool) {
    let is_public = operation.security.is_some();
    let has_query = operation.parameters.iter().flatten().any(is_in_query);
    let has_body = operation.request_body.is_some();
    let mut errors = vec![
        ("429", "`rate_limited`, `locked_out`: wait for `Retry-After`"),
        ("500", "`internal`: a fault of ours"),
        ("503", "`unavailable`: something that is needed is down; nothing was half done"),
    ];
    if !is_public {
        errors.push(("401", "`unauthenticated`, `token_expired` (refresh and repeat once), `session_revoked` (sign in)"));
    }
    if has_id {
        errors.push(("404", "`not_found`: it does not exist, or the caller may not see it"));
    }
    if has_body {
        errors.push(("400", "`malformed`: not a JSON object, a key twice, nested too deep"));
        errors.push(("413", "`too_large`: more than 64 KiB"));
        errors.push(("415", "`unsupported_media_type`: not `application/json`, or with `Content-Encoding`"));
    }
    if has_body || has_query {
        errors.push(("422", "`validation_failed`: see `errors`"));
    }
    let responses = &mut operation.responses.responses;
    for (status, description) in errors {
        responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(problem(description)));
    }
    for response in responses.values_mut() {
        if let RefOr::T(response) = response {
            add_headers(response);
        }
    }
}

fn is_in_query(parameter: &RefOr<Parameter>) -> bool {
    matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query)
}

fn problem(description: &str) -> Response {
    let schema = Ref::from_schema_name(Problem::name());
    ResponseBuilder::new().description(description).content(PROBLEM_JSON, ContentBuilder::new().schema(Some(schema)).build()).build()
}

fn add_headers(response: &mut Response) {
    let text = |description: &str| HeaderBuilder::new().schema(Some(Object::with_type(Type::String))).description(Some(description)).build();
    response.headers.insert("X-Request-Id".to_owned(), RefOr::T(text("Names this request in our logs")));
    response.headers.insert("Traceparent".to_owned(), RefOr::T(text("W3C trace of this request; the caller's is continued")));
}
