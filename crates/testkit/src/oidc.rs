//! A real OpenID Connect provider, and a person with a browser who signs in there.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use pulse_launcher::binaries::{above_us, in_path};
use pulse_launcher::child::{Output, Running, Spec, Tail};
use pulse_launcher::scratch::Scratch;
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, Response, Url};
use serde_json::{Value, json};

use crate::wait::eventually;

const START_TIMEOUT: Duration = Duration::from_secs(20);
/// Node.js 20 may hang while it starts, rarely: it is ended and started anew.
const START_ATTEMPTS: u32 = 3;
/// Who we are there.
const CLIENT_ID: &str = "pulse";
/// Somebody else there.
const OTHER_CLIENT_ID: &str = "other";
/// With characters that mean something in a header and in a form.
const CLIENT_SECRET: &str = "s3cret:+/ %";
/// A browser that is sent about more often than that is lost.
const STEPS: usize = 16;

/// The npm package `oidc-provider` (`e2e/oidc-provider`), on a free port of this machine; gone when dropped.
#[derive(Debug)]
pub struct OidcProvider {
    // Before the folder: it must be dead before that is removed.
    _running: Running,
    scratch: Scratch,
    issuer: String,
}

/// What a browser brings back from a provider; absent texts are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OidcCallback {
    /// `code`.
    pub code: String,
    /// `state`.
    pub state: String,
    /// `error`.
    pub error: String,
    /// `iss`.
    pub issuer: String,
}

/// What a person does at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    SignIn,
    GoAway,
}

impl OidcProvider {
    /// Starts one that sends browsers back to these addresses, and waits until it serves. `tells_all` puts all claims into
    /// the ID token, as Google does; otherwise they are at UserInfo, as the book says.
    ///
    /// # Errors
    /// When Node.js or the package is missing, or it does not start; the text says why.
    pub async fn start(redirect_uris: &[String], tells_all: bool) -> anyhow::Result<Self> {
        let node = in_path("node").context("Node.js was not found; run `make setup`")?;
        let folder = above_us("e2e/oidc-provider").context("e2e/oidc-provider was not found")?;
        anyhow::ensure!(
            folder.join("node_modules").is_dir(),
            "the test provider is not installed; run `make build-tests`"
        );
        let scratch = Scratch::new("OidcProvider")?;
        let clients = [CLIENT_ID, OTHER_CLIENT_ID].map(|client_id| {
            json!({ "client_id": client_id, "client_secret": CLIENT_SECRET, "redirect_uris": redirect_uris })
        });
        let settings = json!({ "clients": clients, "id_token_claims": tells_all });
        std::fs::write(scratch.path().join("settings.json"), settings.to_string())?;
        std::fs::write(scratch.path().join("accounts.json"), "{}")?;
        let mut spec = Spec::new(node, folder);
        spec.args = vec![PathBuf::from("server.js").into(), scratch.path().into()];
        let log = scratch.path().join("log");
        let issuer_file = scratch.path().join("issuer");
        let mut attempt = 1;
        loop {
            let running = Running::start(&spec, &Output::File(&log))?;
            match eventually(START_TIMEOUT, || async { std::fs::read_to_string(&issuer_file).ok() }).await {
                Ok(issuer) => return Ok(Self { _running: running, scratch, issuer }),
                Err(error) if attempt == START_ATTEMPTS => {
                    let last = Tail::of_file(&log);
                    return Err(error.context(format!("the test provider does not start: {last:?}")));
                }
                Err(_) => attempt += 1,
            }
        }
    }

    /// Its issuer.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Settings of a service that uses it under this id, in capitals.
    #[must_use]
    pub fn settings(&self, id: &str) -> Vec<(String, String)> {
        let pairs = [("ISSUER", self.issuer()), ("CLIENT_ID", CLIENT_ID), ("CLIENT_SECRET", CLIENT_SECRET)];
        pairs.map(|(name, value)| (format!("PULSE_AUTH_OIDC_{id}_{name}"), value.to_owned())).to_vec()
    }

    /// The id of another client, to which the provider sends browsers back at the same addresses.
    #[must_use]
    pub const fn other_client_id(&self) -> &'static str {
        OTHER_CLIENT_ID
    }

    /// Sets the claims of a person; their login is `sub`. A person without is unknown.
    ///
    /// # Errors
    /// When its file can't be written.
    pub fn set_account(&self, login: &str, claims: Value) -> anyhow::Result<()> {
        let path = self.scratch.path().join("accounts.json");
        let mut accounts: BTreeMap<String, Value> = serde_json::from_slice(&std::fs::read(&path)?)?;
        accounts.insert(login.to_owned(), claims);
        Ok(std::fs::write(path, json!(accounts).to_string())?)
    }

    /// A person with a fresh browser opens the address, signs in and consents.
    ///
    /// # Errors
    /// When the pages are not those that were expected.
    pub async fn sign_in(&self, authorization_url: &str, login: &str) -> anyhow::Result<OidcCallback> {
        Browser::new(login)?.walk(authorization_url, Wish::SignIn).await
    }

    /// A person with a fresh browser opens the address and says no.
    ///
    /// # Errors
    /// As [`OidcProvider::sign_in`].
    pub async fn refuse(&self, authorization_url: &str) -> anyhow::Result<OidcCallback> {
        Browser::new("")?.walk(authorization_url, Wish::GoAway).await
    }
}

/// A browser that follows redirects on its own host, fills in the provider's two forms and keeps cookies.
struct Browser {
    client: Client,
    cookies: BTreeMap<String, String>,
    login: String,
}

impl Browser {
    fn new(login: &str) -> anyhow::Result<Self> {
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(10))
            .build()?;
        Ok(Self { client, cookies: BTreeMap::new(), login: login.to_owned() })
    }

    async fn walk(mut self, from: &str, wish: Wish) -> anyhow::Result<OidcCallback> {
        let start = Url::parse(from)?;
        let mut url = start.clone();
        let mut form = None;
        for _ in 0..STEPS {
            let method = if form.is_some() { Method::POST } else { Method::GET };
            let answer = self.send(method, &url, form.take()).await?;
            if let Some(location) = answer.headers().get(LOCATION) {
                url = url.join(location.to_str()?)?;
                if url.origin() != start.origin() {
                    return Ok(OidcCallback::read(&url));
                }
                continue;
            }
            let page = answer.error_for_status()?.text().await?;
            match wish {
                Wish::GoAway => url = url.join(&format!("{}/abort", url.path()))?,
                Wish::SignIn if page.contains(r#"name="prompt" value="login""#) => {
                    form = Some(format!("prompt=login&login={}&password=x", self.login));
                }
                Wish::SignIn if page.contains(r#"name="prompt" value="consent""#) => {
                    form = Some("prompt=consent".to_owned());
                }
                Wish::SignIn => anyhow::bail!("an unexpected page at {url}: {page}"),
            }
        }
        anyhow::bail!("the provider sends the browser about without end")
    }

    async fn send(&mut self, method: Method, url: &Url, form: Option<String>) -> anyhow::Result<Response> {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = self.client.request(method, url.clone()).header(COOKIE, cookies.join("; "));
        if let Some(form) = form {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
        }
        let answer = request.send().await?;
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(answer)
    }
}

impl OidcCallback {
    /// Reads the address that a browser is sent back to.
    #[must_use]
    pub fn read(url: &Url) -> Self {
        let find = |name: &str| {
            let found = url.query_pairs().find(|(key, _)| key == name);
            found.map(|(_, value)| value.into_owned()).unwrap_or_default()
        };
        Self { code: find("code"), state: find("state"), error: find("error"), issuer: find("iss") }
    }
}
