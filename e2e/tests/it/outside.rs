//! Signing in by an outside provider as a browser does: through the public door, with a real OpenID Connect server.

use std::collections::BTreeMap;

use anyhow::Context as _;
use pulse_client::{Client, NewAccount};
use pulse_testkit::{OidcCallback, OidcProvider, Stack, StackOptions};
use reqwest::{Method, Response, Url};
use serde_json::{Value, json};

use crate::accounts::totp;
use crate::people::gateway_url;

/// Where the provider sends browsers back to: it must know before the system has its port. The browser of this test goes to
/// the gateway itself instead.
const PUBLIC_URL: &str = "http://localhost:8080";
const HOME: &str = "/v1/auth/oauth/google";

struct Browser {
    http: reqwest::Client,
    url: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn open(url: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        Ok(Self { http: http.build()?, url: url.to_owned(), cookies: BTreeMap::new() })
    }

    async fn go(&mut self, path: &str, query: &[(&str, &str)]) -> anyhow::Result<String> {
        let url = Url::parse_with_params(&format!("{}{path}", self.url), query)?;
        let response = self.keep(self.http.get(url).header("cookie", self.header()).send().await?)?;
        anyhow::ensure!(response.status() == 302, "{path}: {}", response.status());
        let location = response.headers().get("location").context("no location")?;
        Ok(location.to_str()?.to_owned())
    }

    async fn call(
        &mut self,
        (method, path): (Method, &str),
        token: &str,
        body: Value,
    ) -> anyhow::Result<(u16, Value)> {
        let request =
            self.http.request(method, format!("{}{path}", self.url)).header("cookie", self.header());
        let request = if token.is_empty() { request } else { request.bearer_auth(token) };
        let response = self.keep(request.json(&body).send().await?)?;
        let status = response.status().as_u16();
        Ok((status, serde_json::from_slice(&response.bytes().await?).unwrap_or_default()))
    }

    fn header(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, response: Response) -> anyhow::Result<Response> {
        for header in response.headers().get_all("set-cookie") {
            let pair = header.to_str()?.split(';').next().and_then(|pair| pair.split_once('='));
            let (name, value) = pair.context("no cookie")?;
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Ok(response)
    }

    /// What the provider sent the browser back with.
    async fn come_back(&mut self, back: &OidcCallback) -> anyhow::Result<String> {
        let OidcCallback { code, state, error, issuer } = back;
        let all = [("code", code), ("state", state), ("error", error), ("iss", issuer)];
        let query: Vec<_> = all
            .iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        self.go(&format!("{HOME}/callback"), &query).await
    }

    /// From the button to the answer of the exchange.
    async fn sign_in(&mut self, provider: &OidcProvider, login: &str) -> anyhow::Result<(u16, Value)> {
        let there = self.go(&format!("{HOME}/start"), &[("return_to", "/inbox")]).await?;
        let back = provider.sign_in(&there, login).await?;
        let location = self.come_back(&back).await?;
        let (page, code) = location.split_once("#code=").with_context(|| location.clone())?;
        anyhow::ensure!(page.ends_with("/inbox"), "{location}");
        self.call((Method::POST, "/v1/auth/oauth/exchange"), "", json!({ "code": code })).await
    }
}

async fn google() -> anyhow::Result<(OidcProvider, Stack)> {
    let provider = OidcProvider::start(&[format!("{PUBLIC_URL}{HOME}/callback")], true).await?;
    let mut options = StackOptions::default().set("PULSE_PUBLIC_URL", PUBLIC_URL);
    for (name, value) in provider.settings("GOOGLE") {
        options = options.set(&name, value);
    }
    Ok((provider, Stack::start(options).await?))
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn google_signs_people_in_and_a_second_factor_stands_above_it() -> anyhow::Result<()> {
    let (provider, stack) = google().await?;
    provider
        .set_account("ada", json!({ "email": "ada@example.org", "email_verified": true, "name": "Ada" }))?;
    let mut browser = Browser::open(&gateway_url(&stack, 0)?)?;
    let (_, listed) = browser.call((Method::GET, "/v1/auth/providers"), "", json!({})).await?;
    assert_eq!(
        listed["items"],
        json!([{ "id": "google", "name": "Google", "start_url": format!("{PUBLIC_URL}{HOME}/start") }])
    );

    let (status, first) = browser.sign_in(&provider, "ada").await?;
    assert_eq!(status, 200, "{first}");
    assert_eq!(first["user"]["email_verified"], true);
    assert_eq!(first["user"]["has_password"], false);
    let (_, again) = Browser::open(&gateway_url(&stack, 0)?)?.sign_in(&provider, "ada").await?;
    assert_eq!(first["user"]["id"], again["user"]["id"]);

    let token = text(&first, "access_token");
    let (_, factor) = browser.call((Method::POST, "/v1/auth/totp"), &token, json!({})).await?;
    let secret = text(&factor, "secret");
    let code = json!({ "code": totp(&secret, 0)? });
    let (status, _) = browser.call((Method::POST, "/v1/auth/totp/activate"), &token, code).await?;
    assert_eq!(status, 200);
    let (status, asked) = browser.sign_in(&provider, "ada").await?;
    assert_eq!((status, &asked["mfa_required"]), (200, &Value::Bool(true)), "{asked}");
    assert!(asked.get("access_token").is_none());
    let answer = json!({ "mfa_token": asked["mfa_token"], "code": totp(&secret, 1)? });
    let (status, session) = browser.call((Method::POST, "/v1/auth/mfa"), "", answer).await?;
    assert_eq!((status, &session["user"]["id"]), (200, &first["user"]["id"]));

    // The only way in stays.
    let (status, last) =
        browser.call((Method::DELETE, "/v1/auth/identities/google"), &token, json!({})).await?;
    assert_eq!((status, text(&last, "code").as_str()), (409, "conflict"));
    Ok(())
}

#[tokio::test]
async fn an_identity_is_linked_and_unlinked_and_never_found_by_its_address() -> anyhow::Result<()> {
    let (provider, stack) = google().await?;
    let url = gateway_url(&stack, 0)?;
    provider.set_account("grace", json!({ "email": "grace@example.org", "email_verified": true }))?;
    let account = NewAccount::new("grace", "grace@example.org", "grace keeps a long secret");
    let grace = Client::new(&url)?.register(&account).await?;
    let token = grace.session.access_token.clone();
    let mut browser = Browser::open(&url)?;

    let (status, begun) = browser
        .call((Method::POST, "/v1/auth/identities/google"), &token, json!({ "return_to": "/me" }))
        .await?;
    assert_eq!(status, 200, "{begun}");
    let back = provider.sign_in(&text(&begun, "url"), "grace").await?;
    // Somebody else's browser gets nothing from it, and uses nothing up.
    assert!(Browser::open(&url)?.come_back(&back).await?.ends_with("#error=expired"));
    assert!(browser.come_back(&back).await?.ends_with("/me#linked=google"));
    assert!(browser.come_back(&back).await?.ends_with("/#error=expired"), "a state is used once");
    let (_, listed) = browser.call((Method::GET, "/v1/auth/identities"), &token, json!({})).await?;
    assert_eq!(listed["items"][0]["provider"], "google");
    let (status, _) = browser.call((Method::POST, "/v1/auth/identities/google"), &token, json!({})).await?;
    assert_eq!(status, 409);
    let (_, session) = browser.sign_in(&provider, "grace").await?;
    assert_eq!(text(&session["user"], "id"), grace.user_id().to_string());

    let (status, _) = browser.call((Method::DELETE, "/v1/auth/identities/google"), &token, json!({})).await?;
    assert_eq!(status, 204);
    let (status, somebody) = browser.sign_in(&provider, "grace").await?;
    assert_eq!(status, 200);
    assert_ne!(
        text(&somebody["user"], "id"),
        grace.user_id().to_string(),
        "her address is not verified here"
    );

    let there = browser.go(&format!("{HOME}/start"), &[]).await?;
    let refused = provider.refuse(&there).await?;
    assert!(browser.come_back(&refused).await?.ends_with("/#error=access_denied"));
    Ok(())
}
