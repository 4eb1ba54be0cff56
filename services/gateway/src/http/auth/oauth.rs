//! Sign-in by outside providers: `/v1/auth/providers` and `/v1/auth/oauth`. What a browser is told stands behind the `#` of the
//! address that it is sent to, where no server's log sees it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use axum::response::{IntoResponse, Response};
use http::header::LOCATION;
use http::{HeaderMap, HeaderValue, StatusCode};
use pulse_rpc::{Failure, Kind};
use serde::Serialize;
use time::Duration;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{LoginAnswer, answer, return_to};
use crate::clients::auth::Device;
use crate::clients::auth::identity::{CallbackQuery, Exchange, FlowStart};
use crate::domain::identity::{Finished, Landing, Provider};
use crate::http::cookies;
use crate::http::extract::{Body, PathText, RequestBody, Unencoded};
use crate::http::layers::ClientIp;
use crate::http::openapi::PageParams;
use crate::http::problem::{Problem, Refusal};
use crate::http::query::{QueryText, page_ask};
use crate::http::short_list;
use crate::json::Fields;
use crate::limits::Limit;
use crate::state::State;

/// Those that are configured.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProviderPage {
    /// The providers, by id.
    items: Vec<Provider>,
    /// Where the list goes on; `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// A finished outside sign-in that is to become a session.
#[derive(ToSchema)]
pub struct ExchangeRequest {
    /// From `#code=`; works once, for 60 s.
    code: String,
    /// Stay signed in for 30 days.
    #[schema(required = false, default = false)]
    remember: bool,
    /// Keep the refresh and the device token in cookies instead of the answer.
    #[schema(required = false, default = false)]
    cookie: bool,
}

impl RequestBody for ExchangeRequest {
    fn read(fields: &mut Fields) -> Option<Self> {
        let code = fields.text("code");
        let remember = fields.switch("remember", false);
        let cookie = fields.switch("cookie", false);
        Some(Self { code: code?, remember: remember?, cookie: cookie? })
    }
}

/// Routes of this file.
pub(super) fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new()
        .routes(routes!(providers))
        .routes(routes!(start))
        .routes(routes!(callback))
        .routes(routes!(exchange))
}

/// Outside providers
#[utoipa::path(get, path = "/v1/auth/providers", operation_id = "listProviders", tag = "accounts", security(()), params(PageParams),
    responses((status = 200, body = ProviderPage)))]
async fn providers(
    FromState(state): FromState<Arc<State>>,
    _: Unencoded,
    query: QueryText,
) -> Result<Json<ProviderPage>, Refusal> {
    let mut fields = query.fields(&["limit", "cursor"]);
    let ask = page_ask(&mut fields);
    let ask = fields.finish(|| ask)?;
    let public_url = state.settings.public_url.as_str();
    let providers = state.auth.providers().await?.into_iter().map(|(id, name)| {
        let start_url = format!("{public_url}/v1/auth/oauth/{id}/start");
        Provider { id, name, start_url }
    });
    let page = short_list::page(providers.collect(), &ask)?;
    Ok(Json(ProviderPage { items: page.items, next_cursor: page.next_cursor }))
}

/// Sign in by an outside provider
///
/// For browsers to go to. It binds the flow to the browser by the cookie `pulse_oauth`.
#[utoipa::path(get, path = "/v1/auth/oauth/{provider}/start", operation_id = "startOauth", tag = "accounts", security(()),
    params(
        ("provider" = String, Path, description = "Its id", example = "google"),
        ("return_to" = Option<String>, Query, description = "Where the browser comes back to: a path, or a URL on the public URL \
            or an allowed origin; by default `/`"),
    ),
    responses(
        (status = 302, description = "To the provider"),
        (status = 403, description = "`origin_not_allowed`", content_type = "application/problem+json", body = Problem),
    ))]
async fn start(
    FromState(state): FromState<Arc<State>>,
    _: Unencoded,
    (ip, device): (ClientIp, Device),
    (path, query): (PathText, QueryText),
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    cookies::require_own_origin(&state.settings, &headers)?;
    let mut fields = query.fields(&["return_to"]);
    let return_to = return_to::read(&state.settings, &mut fields);
    let return_to = fields.finish(|| return_to)?;
    let provider_id = path.text("provider")?;
    state.limits.account(Limit::OauthStart, ip).await?;
    let start = FlowStart { provider_id, return_to, browser_token: cookies::flow_token(&headers) };
    let flow = state.auth.start_flow(None, start, device).await?;
    let mut response = found(&flow.url)?;
    let life = Duration::seconds(flow.expires_in_seconds.into());
    cookies::set(response.headers_mut(), cookies::keep_flow(&state, &flow.browser_token, life));
    Ok(response)
}

/// Back from an outside provider
///
/// Tells the page by `#code=`, `#linked=` (the provider) or `#error=` (`access_denied`, `conflict`, `expired`,
/// `provider_error`).
#[utoipa::path(get, path = "/v1/auth/oauth/{provider}/callback", operation_id = "finishOauth", tag = "accounts", security(()),
    params(
        ("provider" = String, Path, description = "Its id", example = "google"),
        ("state" = Option<String>, Query, description = "Names the flow"),
        ("code" = Option<String>, Query, description = "The provider's code"),
        ("error" = Option<String>, Query, description = "The provider's refusal"),
        ("iss" = Option<String>, Query, description = "RFC 9207"),
    ),
    responses((status = 302, description = "To `return_to`; to `/#error=expired` when the state is unknown")))]
async fn callback(
    FromState(state): FromState<Arc<State>>,
    client: (ClientIp, Device),
    request: (PathText, QueryText),
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let location = match land(&state, client, request, &headers).await {
        Ok(location) => location,
        // It is a browser that asks, so it is sent to a page whatever happens.
        Err(failure) => {
            failure.log();
            let is_ours = matches!(failure.kind(), Kind::Unavailable | Kind::Internal | Kind::TooMany);
            return_to::with_fragment("/", "error", if is_ours { "provider_error" } else { "expired" })?
        }
    };
    Ok(found(&location)?)
}

/// Where the browser goes after a flow.
async fn land(
    state: &State,
    (ip, device): (ClientIp, Device),
    (path, query): (PathText, QueryText),
    headers: &HeaderMap,
) -> Result<String, Failure> {
    let mut fields = query.fields(&["state", "code", "error", "iss"]);
    let flow = fields.text("state").filter(|state| !state.is_empty());
    let mut text = |name| fields.optional_text(name).map(Option::unwrap_or_default);
    let (code, error, issuer) = (text("code"), text("error"), text("iss"));
    if flow.is_none() {
        fields.fault("state", "required", "must name a flow");
    }
    let provider_id = path.text("provider")?;
    let query = fields.finish(|| {
        Some(CallbackQuery { provider_id, state: flow?, code: code?, error: error?, issuer: issuer? })
    })?;
    state.limits.account(Limit::OauthStart, ip).await?;
    let Landing { return_to, finished } =
        state.auth.finish_flow(query, cookies::flow_token(headers), device).await?;
    let return_to = return_to::checked(&state.settings, return_to);
    let (name, value) = match &finished {
        Finished::SignedIn { code } => ("code", code),
        Finished::Linked { provider_id } => ("linked", provider_id),
        Finished::Failed { error } => ("error", error),
    };
    return_to::with_fragment(&return_to, name, value)
}

/// Finish an outside sign-in
///
/// Answers with a session, or asks for the second factor.
#[utoipa::path(post, path = "/v1/auth/oauth/exchange", operation_id = "exchangeOauth", tag = "accounts", security(()), request_body = ExchangeRequest, responses(
    (status = 200, body = inline(LoginAnswer)),
    (status = 401, description = "`invalid_code`", content_type = "application/problem+json", body = Problem),
    (status = 403, description = "Sign-up is closed (`forbidden`), or a cookie was asked for by a page of another origin \
        (`origin_not_allowed`)", content_type = "application/problem+json", body = Problem),
    (status = 409, description = "`conflict`: the address is an account's; its owner signs in and links",
        content_type = "application/problem+json", body = Problem),
))]
async fn exchange(
    FromState(state): FromState<Arc<State>>,
    ip: ClientIp,
    device: Device,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    if body.has_flag("cookie") {
        cookies::require_own_origin(&state.settings, &headers)?;
    }
    let request: ExchangeRequest = body.read()?;
    state.limits.account(Limit::OauthStart, ip).await?;
    let ExchangeRequest { code, remember, cookie } = request;
    let device_token = cookies::device_token(&state.settings, &headers);
    let sign_in = state.auth.exchange(Exchange { code, remember, cookie, device_token }, device).await?;
    Ok(answer(&state, sign_in, cookie).await)
}

fn found(location: &str) -> Result<Response, Failure> {
    let location = HeaderValue::try_from(location).map_err(Failure::internal)?;
    Ok((StatusCode::FOUND, [(LOCATION, location)]).into_response())
}
