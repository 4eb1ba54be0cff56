//! A gateway in this process, with nothing behind it: what it decides alone.

use std::time::Duration;

use pulse_gateway::Listeners;
use pulse_gateway::config::Settings;
use pulse_rpc::ServiceName;
use pulse_runtime::{Reader, Shutdown};
use pulse_testkit::{TestIdentities, free_listener};

/// The public URL that the gateway is told; tests reach it by its port.
pub(crate) const PUBLIC_URL: &str = "https://chat.example";
/// A further origin that it is told.
pub(crate) const FRIEND: &str = "https://friend.example";

/// A running gateway whose services, bus and cache are all down.
pub(crate) struct Alone {
    url: String,
    http: reqwest::Client,
    shutdown: Shutdown,
    run: tokio::task::JoinHandle<anyhow::Result<()>>,
}

impl Alone {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub(crate) async fn start_with(more: &[(&str, &str)]) -> Self {
        let public = free_listener().await.expect("a port");
        let admin = free_listener().await.expect("a port");
        // Nobody listens on a port that was just given back.
        let nobody = free_listener().await.expect("a port").local_addr().expect("its address").to_string();
        let identities = TestIdentities::generate().expect("keys");
        let address = public.local_addr().expect("its address").to_string();
        let nats = format!("nats://{nobody}");
        let redis = format!("redis://{nobody}");
        let mut pairs = vec![
            ("PULSE_GATEWAY_LISTEN", address.as_str()),
            ("PULSE_GATEWAY_AUTH_ADDR", nobody.as_str()),
            ("PULSE_GATEWAY_SOCIAL_GRAPH_ADDR", nobody.as_str()),
            ("PULSE_GATEWAY_MESSAGE_STORE_ADDR", nobody.as_str()),
            ("PULSE_GATEWAY_NATS_URL", nats.as_str()),
            ("PULSE_GATEWAY_REDIS_URL", redis.as_str()),
            ("PULSE_GATEWAY_ALLOWED_ORIGINS", FRIEND),
            ("PULSE_PUBLIC_URL", PUBLIC_URL),
            ("PULSE_SERVICE_KEY", identities.seed(ServiceName::Gateway).expect("a seed")),
        ];
        pairs.extend_from_slice(more);
        let mut reader = Reader::from_pairs(pairs);
        let settings = Settings::read(&mut reader);
        let settings = reader.finish(|| settings).expect("settings");
        let shutdown = Shutdown::new(Duration::from_secs(5));
        let listeners = Listeners { public: vec![public], admin };
        let run = tokio::spawn(pulse_gateway::run(settings, listeners, shutdown.clone()));
        let http =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { url: format!("http://{address}"), http, shutdown, run }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method.parse().expect("a method"), self.url(path))
    }

    /// Sends a body as JSON to a path that needs no token.
    pub(crate) async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> reqwest::Response {
        let request = self.request("POST", path).header("content-type", "application/json").body(body);
        request.send().await.expect("an answer")
    }

    /// Begins the shutdown and waits for the end.
    pub(crate) async fn stop(self) {
        self.shutdown.begin();
        self.run.await.expect("no panic").expect("an orderly end");
    }
}

/// Status and code of a problem, with the fields it names.
pub(crate) async fn refused(response: reqwest::Response) -> (u16, String, Vec<String>) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let request_id = response.headers()["x-request-id"].to_str().expect("text").to_owned();
    let problem: serde_json::Value =
        serde_json::from_str(&response.text().await.expect("a body")).expect("JSON");
    let code = problem["code"].as_str().expect("a code").to_owned();
    assert_eq!(problem["status"], status);
    assert_eq!(problem["request_id"], request_id.as_str());
    assert_eq!(problem["type"], format!("urn:pulsechat:error:{code}"));
    assert!(problem["title"].is_string() && problem["detail"].is_string());
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    let errors = errors.iter().map(|error| {
        format!("{} {}", error["field"].as_str().unwrap_or("?"), error["code"].as_str().unwrap_or("?"))
    });
    (status, code, errors.collect())
}
