//! A gateway in this process beside a whole running system, reached by wires that can be cut.

use std::time::Duration;

use pulse_client::{Client, NewAccount, SignedIn};
use pulse_gateway::Listeners;
use pulse_gateway::config::Settings;
use pulse_gateway::domain::certainty::Times;
use pulse_runtime::{Reader, Shutdown};
use pulse_testkit::{Proxy, Stack, StackOptions, free_listener};

/// One more gateway of a running system, with wires to the bus, to auth, to message-store and to Redis that can be cut.
pub(crate) struct Beside {
    pub(crate) stack: Stack,
    pub(crate) nats: Proxy,
    pub(crate) auth: Proxy,
    pub(crate) redis: Proxy,
    pub(crate) message_store: Proxy,
    /// Where our gateway answers.
    pub(crate) url: String,
    times: Times,
    settings: Vec<(&'static str, &'static str)>,
    running: Option<(Shutdown, tokio::task::JoinHandle<anyhow::Result<()>>)>,
}

impl Beside {
    pub(crate) async fn start(times: Times) -> anyhow::Result<Self> {
        Self::start_with(times, &[]).await
    }

    /// With settings that hold for our gateway and for the whole system.
    pub(crate) async fn start_with(
        times: Times,
        settings: &[(&'static str, &'static str)],
    ) -> anyhow::Result<Self> {
        let options = StackOptions::default();
        let options = settings.iter().fold(options, |options, (name, value)| options.set(name, *value));
        let stack = Stack::start(options).await?;
        let there = stack.description()?;
        let nats = Proxy::start(authority(&there.nats.url)).await?;
        let redis = Proxy::start(authority(&there.redis.url)).await?;
        let auth = Proxy::start(&there.services.auth.grpc_addr).await?;
        let message_store = Proxy::start(&there.services.message_store.grpc_addr).await?;
        let (url, settings) = (String::new(), settings.to_vec());
        let mut this = Self { stack, nats, auth, redis, message_store, url, times, settings, running: None };
        this.start_again().await?;
        Ok(this)
    }

    /// Stops our gateway, if it runs, and starts it anew: it remembers nothing.
    pub(crate) async fn start_again(&mut self) -> anyhow::Result<()> {
        if let Some((shutdown, run)) = self.running.take() {
            shutdown.begin();
            run.await??;
        }
        let there = self.stack.description()?;
        let listeners = Listeners { public: vec![free_listener().await?], admin: free_listener().await? };
        let address = listeners.public[0].local_addr()?.to_string();
        let secrets = std::fs::read(self.stack.data_dir().join("secrets.json"))?;
        let secrets: serde_json::Value = serde_json::from_slice(&secrets)?;
        let pairs = [
            ("PULSE_GATEWAY_LISTEN", address.clone()),
            ("PULSE_GATEWAY_AUTH_ADDR", self.auth.addr().to_string()),
            ("PULSE_GATEWAY_SOCIAL_GRAPH_ADDR", there.services.social_graph.grpc_addr.clone()),
            ("PULSE_GATEWAY_MESSAGE_STORE_ADDR", self.message_store.addr().to_string()),
            ("PULSE_GATEWAY_NATS_URL", self.nats.url(&there.nats.url)),
            ("PULSE_GATEWAY_REDIS_URL", self.redis.url(&there.redis.url)),
            ("PULSE_PUBLIC_URL", there.url.clone()),
            ("PULSE_SERVICE_KEY", secrets["gateway.service-key"].as_str().expect("a key").to_owned()),
        ];
        let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
        let mut reader = Reader::from_pairs(pairs.chain(self.settings.iter().copied()));
        let settings = Settings::read(&mut reader);
        let settings = reader.finish(|| settings).expect("settings");
        let shutdown = Shutdown::new(Duration::from_secs(5));
        let run = pulse_gateway::run_with(settings, listeners, shutdown.clone(), self.times);
        self.running = Some((shutdown, tokio::spawn(run)));
        self.url = format!("http://{address}");
        Ok(())
    }

    /// Signs somebody up at the system's own gateway.
    pub(crate) async fn sign_up(&self, name: &str) -> anyhow::Result<SignedIn> {
        let url = self.stack.description()?.gateways[0].url.clone();
        let account =
            NewAccount::new(name, format!("{name}@example.org"), format!("{name} keeps a long secret"));
        Ok(Client::new(&url)?.register(&account).await?)
    }

    /// Status and code of a call of this session to our gateway.
    pub(crate) async fn me(&self, who: &SignedIn) -> anyhow::Result<(u16, String)> {
        let request = reqwest::Client::builder().no_proxy().build()?.get(format!("{}/v1/me", self.url));
        let response = request.bearer_auth(&who.session.access_token).send().await?;
        let status = response.status().as_u16();
        let body: serde_json::Value = serde_json::from_str(&response.text().await?)?;
        Ok((status, body["code"].as_str().unwrap_or_default().to_owned()))
    }

    /// What is down, as our gateway tells it.
    pub(crate) async fn degraded(&self) -> anyhow::Result<Vec<String>> {
        let (_, config) = Client::new(&self.url)?.raw(reqwest::Method::GET, "/v1/config", None).await?;
        Ok(serde_json::from_value(config["degraded"].clone())?)
    }
}

/// `host:port` of a URL.
fn authority(url: &str) -> &str {
    url.rsplit('@')
        .next()
        .unwrap_or_default()
        .trim_start_matches("nats://")
        .trim_end_matches('/')
        .split('/')
        .next()
        .unwrap_or_default()
}
