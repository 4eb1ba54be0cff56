//! The OpenAPI document around the handlers: its head, and what all operations share.

use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
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

/// What every operation may answer.
const ALWAYS: &[SharedError] = &[
    (
        "415",
        "UnsupportedMediaType",
        "`unsupported_media_type`: not `application/json`, or with `Content-Encoding`",
    ),
    ("429", "TooManyRequests", "`rate_limited`, `locked_out`: wait for `Retry-After`"),
    ("500", "InternalError", "`internal`: a fault of ours"),
    ("503", "Unavailable", "`unavailable`: something that is needed is down; nothing was half done"),
];
const SIGNED_IN: SharedError = (
    "401",
    "Unauthenticated",
    "`unauthenticated`, `token_expired` (refresh and repeat once), `session_revoked` (sign in)",
);
const WITH_PATH: SharedError =
    ("404", "NotFound", "`not_found`: it does not exist, or the caller may not see it");
const WITH_BODY: &[SharedError] = &[
    ("400", "Malformed", "`malformed`: not a JSON object, a key twice, nested too deep"),
    ("413", "TooLarge", "`too_large`: more than 64 KiB"),
];
const WITH_INPUT: SharedError = ("422", "ValidationFailed", "`validation_failed`: see `errors`");

/// Headers of single errors: the error's name in the document, the header, and what it tells.
const RETRY_HEADERS: &[(&str, &str, &str)] = &[
    ("Unauthenticated", "WWW-Authenticate", "Always `Bearer`"),
    ("TooManyRequests", "Retry-After", "Seconds until the next one may come"),
    ("TooManyRequests", "RateLimit-Policy", "The rule, like `\"messages\";q=20;w=10`"),
    ("TooManyRequests", "RateLimit", "What is left, like `\"messages\";r=0;t=7`"),
    ("Unavailable", "Retry-After", "Seconds after which a repeat may help"),
];

/// Status, name in the document, and what it means.
type SharedError = (&'static str, &'static str, &'static str);

/// Adds to every operation what all of them answer: the errors of section 1 and the headers of each answer.
pub(super) fn complete(mut document: OpenApi) -> OpenApi {
    let components = document.components.get_or_insert_default();
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.bearer_format = Some("JWT".to_owned());
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    components.headers.insert("X-Request-Id".to_owned(), header("Names this request in our logs").into());
    components.headers.insert(
        "Traceparent".to_owned(),
        header("W3C trace of this request; the caller's is continued").into(),
    );
    for (_, name, description) in ALWAYS.iter().chain(WITH_BODY).chain(&[SIGNED_IN, WITH_PATH, WITH_INPUT]) {
        let headers = RETRY_HEADERS.iter().filter(|(response, _, _)| response == name);
        let headers = headers.map(|(_, header, description)| (*header, *description));
        components.responses.insert((*name).to_owned(), problem(description, headers).into());
    }
    for (path, item) in &mut document.paths.paths {
        let has_path_parameter = path.contains('{');
        // These read a body also where it has no fields: `{}`, or nothing.
        for operation in [&mut item.post, &mut item.put, &mut item.patch].into_iter().flatten() {
            complete_operation(operation, has_path_parameter, true);
        }
        for operation in [&mut item.get, &mut item.delete].into_iter().flatten() {
            let has_body = operation.request_body.is_some();
            complete_operation(operation, has_path_parameter, has_body);
        }
    }
    document
}

fn complete_operation(operation: &mut Operation, has_path_parameter: bool, has_body: bool) {
    let is_public = operation.security.is_some();
    let has_query = operation.parameters.iter().flatten().any(is_in_query);
    let mut errors = ALWAYS.to_vec();
    if !is_public {
        errors.push(SIGNED_IN);
    }
    if has_path_parameter {
        errors.push(WITH_PATH);
    }
    if has_body {
        errors.extend(WITH_BODY);
    }
    if has_body || has_query {
        errors.push(WITH_INPUT);
    }
    let responses = &mut operation.responses.responses;
    for (status, response) in responses.iter_mut() {
        let RefOr::T(response) = response else { continue };
        add_headers(response);
        if response.description.is_empty() {
            let description = if status == "201" { "Made" } else { "As asked" };
            description.clone_into(&mut response.description);
        }
    }
    for (status, name, _) in errors {
        responses.entry(status.to_owned()).or_insert_with(|| RefOr::Ref(Ref::from_response_name(name)));
    }
}

fn is_in_query(parameter: &RefOr<Parameter>) -> bool {
    matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query)
}

fn problem<'a>(description: &str, headers: impl Iterator<Item = (&'a str, &'a str)>) -> Response {
    let schema = Ref::from_schema_name(Problem::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let mut response = ResponseBuilder::new().description(description).content(PROBLEM_JSON, content).build();
    add_headers(&mut response);
    for (name, description) in headers {
        response.headers.insert(name.to_owned(), header(description).into());
    }
    response
}

fn add_headers(response: &mut Response) {
    for name in ["X-Request-Id", "Traceparent"] {
        response
            .headers
            .insert(name.to_owned(), RefOr::Ref(Ref::new(format!("#/components/headers/{name}"))));
    }
}

fn header(description: &str) -> Header {
    HeaderBuilder::new().schema(Some(Object::with_type(Type::String))).description(Some(description)).build()
}
