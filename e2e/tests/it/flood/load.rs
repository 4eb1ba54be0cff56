//! A flood of sign-ins that does not wait for answers, and the chat beside it; for the test and for the benchmark.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures_util::future::try_join_all;
use pulse_client::{Client, NewAccount, SignedIn, Socket};
use pulse_testkit::{Stack, StackOptions};
use pulse_types::ConversationId;
use serde_json::json;
use tokio::time::MissedTickBehavior;

/// Requests are sent in groups this far apart.
const TICK: Duration = Duration::from_millis(10);
/// Addresses that the flood comes from.
const ADDRESSES: u64 = 1000;
const PAIRS: usize = 8;
/// Between two rounds of one pair: below the limits of sends.
const PACE: Duration = Duration::from_millis(700);

/// A system as it is deployed, behind a proxy that tells the client's address.
pub(crate) async fn stack() -> anyhow::Result<Stack> {
    let options = StackOptions { gateways: 2, ..StackOptions::default() };
    Stack::start(options.set("PULSE_GATEWAY_TRUSTED_PROXIES", "127.0.0.1/32,::1/128")).await
}

/// Two people with open sockets on two gateways.
pub(crate) struct Pair {
    chat: ConversationId,
    sockets: [Socket; 2],
}

/// Times of round trips in milliseconds, sorted.
#[derive(Debug)]
pub(crate) struct Times(Vec<f64>);

impl Times {
    /// A quantile.
    pub(crate) fn at(&self, quantile: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        self.0.get((last as f64 * quantile).round() as usize).copied().unwrap_or(f64::NAN)
    }
}

/// How the flood was answered: how often by which status; 0 for no answer.
pub(crate) type Statuses = BTreeMap<u16, u64>;

/// Pairs that chat.
pub(crate) async fn pairs(stack: &Stack) -> anyhow::Result<Vec<Pair>> {
    let urls: Vec<_> = stack.description()?.gateways.iter().map(|gateway| gateway.url.clone()).collect();
    let [first, second] = urls.as_slice() else { anyhow::bail!("two gateways were asked for") };
    let mut pairs = Vec::new();
    for number in 0..PAIRS {
        let left = sign_up(first, &format!("left{number}")).await?;
        let right = sign_up(second, &format!("right{number}")).await?;
        left.follow(right.user_id()).await?;
        let request = right.follow_requests().await?.items.into_iter().next().context("no request")?;
        right.accept(request.id, true).await?;
        let chat = left.open_direct(right.user_id()).await?.id;
        pairs.push(Pair { chat, sockets: [left.connect().await?, right.connect().await?] });
    }
    Ok(pairs)
}

async fn sign_up(url: &str, name: &str) -> anyhow::Result<SignedIn> {
    let account = NewAccount::new(name, format!("{name}@example.org"), format!("{name} keeps a long secret"));
    Ok(Client::new(url)?.register(&account).await?)
}

/// Everybody chats for so long: one writes, the other answers as soon as it is there.
pub(crate) async fn chat(pairs: &mut [Pair], span: Duration) -> anyhow::Result<Times> {
    let times = try_join_all(pairs.iter_mut().map(|pair| pair.chat(span))).await?;
    let mut times = times.concat();
    times.sort_by(f64::total_cmp);
    Ok(Times(times))
}

impl Pair {
    async fn chat(&mut self, span: Duration) -> anyhow::Result<Vec<f64>> {
        let mut times = Vec::new();
        let mut pace = tokio::time::interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let begun = Instant::now();
        while begun.elapsed() < span {
            pace.tick().await;
            let started = Instant::now();
            self.say(0, "are you there?").await?;
            self.say(1, "yes, here").await?;
            times.push(started.elapsed().as_secs_f64() * 1e3);
        }
        Ok(times)
    }

    /// One writes, and the other has it.
    async fn say(&mut self, who: usize, body: &str) -> anyhow::Result<()> {
        let [left, right] = &mut self.sockets;
        let (speaker, listener) = if who == 0 { (left, right) } else { (right, left) };
        let heard = async {
            loop {
                let event = listener.next_of("message.created").await?;
                if event.data.get("body").is_some_and(|said| said == body) {
                    return Ok::<_, pulse_client::Error>(());
                }
            }
        };
        tokio::try_join!(speaker.send_message(self.chat, body), heard)?;
        Ok(())
    }
}

/// Signs in as somebody else each time, from another address, so many times a second for so long, whatever is answered.
pub(crate) async fn flood(stack: &Stack, per_second: u64, span: Duration) -> anyhow::Result<Statuses> {
    let url = format!("{}/v1/auth/login", stack.description()?.url);
    let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?;
    let sent = Arc::new(AtomicU64::new(0));
    let mut answers = tokio::task::JoinSet::new();
    let mut tick = tokio::time::interval(TICK);
    let begun = Instant::now();
    while begun.elapsed() < span {
        tick.tick().await;
        // What a late tick has missed is made up for.
        let due = begun.elapsed().as_millis() as u64 * per_second / 1000;
        while sent.load(Ordering::Relaxed) < due {
            let number = sent.fetch_add(1, Ordering::Relaxed);
            let address = number % ADDRESSES;
            let request = http
                .post(&url)
                .header("x-forwarded-for", format!("198.18.{}.{}", address / 250, address % 250 + 1))
                .json(&json!({"identifier": format!("nobody{number}"), "password": "guessed at random"}));
            answers
                .spawn(async move { request.send().await.map_or(0, |response| response.status().as_u16()) });
        }
    }
    let mut statuses = Statuses::new();
    while let Some(status) = answers.join_next().await {
        *statuses.entry(status?).or_default() += 1;
    }
    Ok(statuses)
}
