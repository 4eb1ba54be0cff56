//! People for the journeys.

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
    let mut options = StackOptions { gateways: 2, ..StackOptions::default() };
    options.env.extend(env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Stack::start(options).await
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
    let relationship = other.accept(request.expect("the request arrived").id, true).await?;
    assert!(relationship.connected, "{relationship:?}");
    Ok(())
}

/// Two people who may chat, on a stack of their own.
pub(crate) async fn pair(env: &[(&str, &str)]) -> anyhow::Result<Pair> {
    let stack = two_gateways(env).await?;
    let ada = sign_up(&stack.gateway_url(0), "ada").await?;
    let grace = sign_up(&stack.gateway_url(1), "grace").await?;
    connect(&ada, &grace).await?;
    let chat = ada.open_direct(grace.user_id()).await?;
    Ok(Pair { stack, ada, grace, chat })
}
