//! No forged access token is accepted: not by REST, not by the handshake of a socket, not by one that is open.

use std::time::Duration;

use anyhow::Context as _;
use futures_util::{StreamExt as _, TryStreamExt as _};
use pulse_client::SignedIn;
use pulse_testkit::{Stack, StackOptions};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::forgery::{self, Mint};
use crate::people::{gateway_url, metric, sign_up};

/// Requests at once.
const AT_ONCE: usize = 8;

async fn stack() -> anyhow::Result<Stack> {
    Stack::start(StackOptions::default().set("PULSE_GATEWAY_RATE_LIMITS", "off")).await
}

fn http() -> anyhow::Result<Client> {
    Ok(Client::builder().no_proxy().build()?)
}

/// Status and code of the answer.
async fn answer(request: RequestBuilder) -> anyhow::Result<(u16, String)> {
    let response = request.send().await?;
    let status = response.status().as_u16();
    let body: Value = serde_json::from_str(&response.text().await?).unwrap_or_default();
    Ok((status, body["code"].as_str().unwrap_or_default().to_owned()))
}

fn handshake(http: &Client, url: &str) -> RequestBuilder {
    http.get(format!("{url}/v1/ws"))
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
}

/// Whether a token can stand in a list of subprotocols (RFC 9110 section 5.6.2, and the letters of base64).
fn is_protocol(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._+/=%".contains(&byte))
}

/// The requests that show a token without opening anything.
fn shown(http: &Client, url: &str, token: &str) -> Vec<(&'static str, RequestBuilder)> {
    let bearer = format!("Bearer {token}");
    let protocol = "pulse.v1.json";
    let mut requests = vec![
        ("REST", http.get(format!("{url}/v1/me")).header("authorization", &bearer)),
        (
            "a socket's Authorization",
            handshake(http, url).header("sec-websocket-protocol", protocol).header("authorization", &bearer),
        ),
    ];
    if is_protocol(token) {
        let offered = format!("{protocol}, bearer.{token}");
        requests
            .push(("a socket's subprotocol", handshake(http, url).header("sec-websocket-protocol", offered)));
    }
    requests
}

async fn refuse(http: &Client, url: &str, name: &str, token: &str) -> anyhow::Result<()> {
    for (way, request) in shown(http, url, token) {
        let (status, code) = answer(request).await.with_context(|| format!("{way}: {name}"))?;
        let is_refused = status == 401 && ["unauthenticated", "token_expired"].contains(&code.as_str());
        anyhow::ensure!(is_refused, "{way} answers {status} {code} to: {name}\n{token}");
    }
    Ok(())
}

async fn refuse_frame(socket: &pulse_client::Socket, name: &str, token: &str) -> anyhow::Result<()> {
    let outcome = socket.request("auth.refresh", json!({"access_token": token})).await;
    let code = outcome.as_ref().err().and_then(pulse_client::Error::code).unwrap_or_default();
    let is_refused = ["unauthenticated", "token_expired"].contains(&code);
    anyhow::ensure!(is_refused, "auth.refresh answers {outcome:?} to: {name}\n{token}");
    Ok(())
}

/// What is secret, but no access token.
async fn others(stack: &Stack, ada: &SignedIn) -> anyhow::Result<Vec<(String, String)>> {
    let refresh_token = ada.session.refresh_token.clone().context("no refresh token")?;
    let credentials = json!({"identifier": "ada", "password": "ada keeps a long secret"});
    let client = pulse_client::Client::new(&gateway_url(stack, 0)?)?;
    let (_, signed_in) = client.raw(reqwest::Method::POST, "/v1/auth/login", Some(&credentials)).await?;
    let device_token = signed_in["device_token"].as_str().context("no device token")?.to_owned();
    let secrets: Value = serde_json::from_slice(&std::fs::read(stack.data_dir().join("secrets.json"))?)?;
    let seed = secrets["gateway.service-key"].as_str().context("no key")?;
    let gateway = pulse_rpc::Identity::from_seed(pulse_rpc::ServiceName::Gateway, seed)?;
    let service_token = gateway.token(pulse_rpc::ServiceName::Auth)?.to_string();
    let list = [
        ("a refresh token", refresh_token),
        ("a device token", device_token),
        ("a service token", service_token),
        ("a session id", ada.session.session_id.to_string()),
        ("nothing", String::new()),
    ];
    Ok(list.into_iter().map(|(name, token)| (name.to_owned(), token)).collect())
}

#[tokio::test]
async fn no_forged_token_opens_anything() -> anyhow::Result<()> {
    let stack = stack().await?;
    let url = gateway_url(&stack, 0)?;
    let http = http()?;
    let ada = sign_up(&url, "ada").await?;
    let mint = Mint::steal(&stack, &ada.session.access_token).await?;

    // The mint can sign: what it refuses below, it refuses for what it says.
    let copy = mint.claiming(json!({"jti": "a copy"}));
    assert_eq!(answer(http.get(format!("{url}/v1/me")).bearer_auth(&copy)).await?.0, 200);
    let socket = ada.connect().await?;
    socket.request("auth.refresh", json!({"access_token": copy})).await?;

    let mut forged = forgery::all(&mint);
    forged.extend(others(&stack, &ada).await?);
    assert!(forged.len() >= 60, "only {} forgeries", forged.len());
    futures_util::stream::iter(&forged)
        .map(|(name, token)| refuse(&http, &url, name, token))
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await?;
    for (name, token) in &forged {
        refuse_frame(&socket, name, token).await?;
    }
    // The socket has taken none of it amiss, and the good token is still good.
    socket.request("ping", json!({})).await?;
    assert_eq!(answer(http.get(format!("{url}/v1/me")).bearer_auth(&mint.good)).await?.0, 200);
    eprintln!("{} forgeries refused in 4 ways", forged.len());
    Ok(())
}

#[tokio::test]
async fn unknown_keys_make_nobody_fetch_more_than_once() -> anyhow::Result<()> {
    let stack = stack().await?;
    let url = gateway_url(&stack, 0)?;
    let http = http()?;
    let ada = sign_up(&url, "ada").await?;
    ada.me().await?;
    let mint = Mint::steal(&stack, &ada.session.access_token).await?;
    let fetches = async || {
        let name =
            r#"pulse_grpc_server_seconds_count{method="/pulsechat.auth.v1.AuthService/GetJwks",code="Ok"}"#;
        metric(&stack.description()?.services.auth.admin_url, name).await
    };
    let before = fetches().await?;
    let started = std::time::Instant::now();
    let flood = (0..200).map(|number| mint.headed(json!({"kid": format!("unknown-{number}")})));
    futures_util::stream::iter(flood)
        .map(async |token| refuse(&http, &url, "an unknown kid", &token).await)
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await?;
    assert!(started.elapsed() < Duration::from_secs(30), "too slow to tell");
    let fetched = fetches().await? - before;
    assert!(fetched <= 1.0, "the keys were fetched {fetched} times");
    assert!(before >= 1.0, "the metric has another name");
    Ok(())
}
