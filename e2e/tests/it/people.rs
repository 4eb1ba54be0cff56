//! People for the journeys, and the little that all journeys ask of their stack.

use std::time::Duration;

use anyhow::Context as _;
use pulse_client::{Client, Conversation, NewAccount, SignedIn};
use pulse_testkit::{Stack, StackOptions};

/// Two connected people on two different gateways, and their chat.
pub(crate) struct Pair {
    pub(crate) stack: Stack,
    /// On the first gateway.
    pub(crate) ada: SignedIn,
    /// On the last gateway.
    pub(crate) grace: SignedIn,
    pub(crate) chat: Conversation,
}

/// A stack with two gateways; `env` comes on top of what tests need.
pub(crate) async fn two_gateways(env: &[(&str, &str)]) -> anyhow::Result<Stack> {
    let options = StackOptions { gateways: 2, ..StackOptions::default() };
    Stack::start(env.iter().fold(options, |options, (name, value)| options.set(name, *value))).await
}

/// A gateway's own url.
pub(crate) fn gateway_url(stack: &Stack, index: usize) -> anyhow::Result<String> {
    Ok(stack.description()?.gateways.get(index).context("no such gateway")?.url.clone())
}

/// The value of one of message-store's metrics; 0 before it was first counted.
pub(crate) async fn message_store_metric(stack: &Stack, name: &str) -> anyhow::Result<f64> {
    metric(&stack.description()?.services.message_store.admin_url, name).await
}

/// The value of a metric, with its labels, of the process with this admin URL; 0 before it was first counted.
pub(crate) async fn metric(admin_url: &str, name: &str) -> anyhow::Result<f64> {
    let url = format!("{admin_url}/metrics");
    let text = reqwest::Client::builder().no_proxy().build()?.get(url).send().await?.text().await?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    Ok(line.map(str::parse).transpose()?.unwrap_or_default())
}

/// Asks again and again, for half a minute, until it is so.
pub(crate) async fn until(mut ask: impl AsyncFnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    while !ask().await? {
        anyhow::ensure!(tokio::time::Instant::now() < deadline, "it did not happen within half a minute");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// The reason of a refusal.
pub(crate) fn code<T>(outcome: Result<T, pulse_client::Error>) -> String {
    match outcome {
        Ok(_) => "no refusal".to_owned(),
        Err(error) => error.code().map_or_else(|| error.to_string(), str::to_owned),
    }
}

/// Signs up a person at the gateway with this url.
pub(crate) async fn sign_up(url: &str, name: &str) -> anyhow::Result<SignedIn> {
    let account = NewAccount::new(name, format!("{name}@example.org"), format!("{name} keeps a long secret"));
    Ok(Client::new(url)?.register(&account).await?)
}

/// `one` asks, `other` accepts and follows back.
pub(crate) async fn connect(one: &SignedIn, other: &SignedIn) -> anyhow::Result<()> {
    one.follow(other.user_id()).await?;
    let requests = other.follow_requests().await?;
    let request = requests.items.iter().find(|request| request.user.id == one.user_id());
    let request = request.context("the request did not arrive")?;
    let relationship = other.accept(request.id, true).await?;
    assert!(relationship.connected, "{relationship:?}");
    Ok(())
}

/// Two people who may chat, on a stack of their own.
pub(crate) async fn pair(env: &[(&str, &str)]) -> anyhow::Result<Pair> {
    let stack = two_gateways(env).await?;
    let ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let grace = sign_up(&gateway_url(&stack, 1)?, "grace").await?;
    connect(&ada, &grace).await?;
    let chat = ada.open_direct(grace.user_id()).await?;
    Ok(Pair { stack, ada, grace, chat })
}
