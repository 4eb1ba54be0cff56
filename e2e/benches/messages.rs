//! How fast messages go, on this machine, now: `make bench`.
//!
//! 200 people in 100 chats over two gateways, against a limit measured in the same run: the same PostgreSQL storing one message a
//! transaction, which is what a chat server without group commit can do at best.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures_util::future::try_join_all;
use futures_util::{StreamExt as _, TryStreamExt as _};
use pulse_client::{Client, NewAccount, SignedIn};
use pulse_testkit::{Stack, StackOptions};
use pulse_types::ConversationId;
use tokio::sync::Barrier;

const PAIRS: usize = 100;
/// Sends of one person that wait for their answers.
const IN_FLIGHT: usize = 4;
const LOAD: Duration = Duration::from_secs(10);
const LIMIT: Duration = Duration::from_secs(4);
const LIMIT_CONNECTIONS: usize = 16;
/// `USER_HZ` of Linux: what /proc counts CPU time in.
const TICKS_PER_SECOND: f64 = 100.0;

/// Two people with a chat, on two gateways.
struct Pair {
    people: [SignedIn; 2],
    chat: ConversationId,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = StackOptions { gateways: 2, ..StackOptions::default() };
    let stack = Stack::start(options.set("PULSE_GATEWAY_RATE_LIMITS", "off")).await?;
    let urls: Vec<_> = stack.description()?.gateways.iter().map(|gateway| gateway.url.clone()).collect();
    let [first, second] = urls.as_slice() else { anyhow::bail!("two gateways were asked for") };
    let started = Instant::now();
    let pairs: Vec<Pair> = futures_util::stream::iter(0..PAIRS)
        .map(|number| make_pair(first, second, number))
        .buffer_unordered(8)
        .try_collect()
        .await?;
    eprintln!("{PAIRS} pairs in {:.1} s", started.elapsed().as_secs_f64());

    let quiet = unloaded(pairs.first().context("no pairs")?).await?;
    let load = saturated(&stack, &pairs).await?;
    let limit = one_insert_a_transaction(&stack).await?;

    let acknowledged = load.times.0.len() as f64;
    let per_second = acknowledged / load.seconds;
    println!("unloaded, send to receive      p50 {:.2} ms   p99 {:.2} ms", quiet.at(0.5), quiet.at(0.99));
    println!(
        "200 people in pairs            {per_second:.0} messages/s acknowledged, {} events delivered",
        load.delivered
    );
    println!(
        "  send to acknowledgement      p50 {:.1} ms   p99 {:.1} ms",
        load.times.at(0.5),
        load.times.at(0.99)
    );
    let per_thousand = |seconds: f64| seconds * 1e6 / acknowledged;
    println!(
        "  CPU of all processes         {:.1} ms per 1,000 messages",
        per_thousand(load.cpu.values().sum())
    );
    for (name, seconds) in &load.cpu {
        println!("    {name:<26} {:.1} ms", per_thousand(*seconds));
    }
    println!("limit: one INSERT a transaction {limit:.0} messages/s");
    println!("ratio to the limit             {:.2}", per_second / limit);
    Ok(())
}

async fn make_pair(first: &str, second: &str, number: usize) -> anyhow::Result<Pair> {
    let sign_up = async |url: &str, name: String| {
        let account =
            NewAccount::new(&name, format!("{name}@example.org"), format!("{name} keeps a long secret"));
        anyhow::Ok(Client::new(url)?.register(&account).await?)
    };
    let left = sign_up(first, format!("left{number}")).await?;
    let right = sign_up(second, format!("right{number}")).await?;
    left.follow(right.user_id()).await?;
    let request = right.follow_requests().await?.items.into_iter().next().context("no request")?;
    right.accept(request.id, true).await?;
    let chat = left.open_direct(right.user_id()).await?.id;
    Ok(Pair { people: [left, right], chat })
}

/// Times in milliseconds, sorted.
struct Times(Vec<f64>);

impl Times {
    fn new(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        Self(times)
    }

    fn at(&self, quantile: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        self.0.get((last as f64 * quantile) as usize).copied().unwrap_or(f64::NAN)
    }
}

/// One message at a time, from one socket to the other.
async fn unloaded(pair: &Pair) -> anyhow::Result<Times> {
    let sender = pair.people[0].connect().await?;
    let mut receiver = pair.people[1].connect().await?;
    let mut times = Vec::new();
    for number in 0..300 {
        let started = Instant::now();
        let body = format!("quiet {number}");
        let receive = receiver.next_of("message.created");
        let (sent, received) = tokio::join!(sender.send_message(pair.chat, &body), receive);
        sent?;
        received?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    // The first ones warm connections and caches.
    Ok(Times::new(times.split_off(50)))
}

/// What a load was, from the moment when all had connected.
struct Load {
    seconds: f64,
    /// CPU seconds by process.
    cpu: BTreeMap<&'static str, f64>,
    /// Events `message.created` that arrived at a socket.
    delivered: u64,
    /// From a send to its acknowledgement.
    times: Times,
}

/// Everybody sends as fast as the answers allow.
async fn saturated(stack: &Stack, pairs: &[Pair]) -> anyhow::Result<Load> {
    let stop = Arc::new(AtomicBool::new(false));
    let delivered = Arc::new(AtomicU64::new(0));
    let all_connected = Arc::new(Barrier::new(pairs.len() * 2 + 1));
    let mut tasks = Vec::new();
    for pair in pairs {
        for person in &pair.people {
            let mut socket = person.connect().await?;
            let (stop, delivered, chat) = (Arc::clone(&stop), Arc::clone(&delivered), pair.chat);
            let all_connected = Arc::clone(&all_connected);
            tasks.push(tokio::spawn(async move {
                let mut events = socket.take_events();
                let count = tokio::spawn(async move {
                    while let Some(event) = events.recv().await {
                        delivered
                            .fetch_add(u64::from(event.event_type == "message.created"), Ordering::Relaxed);
                    }
                });
                all_connected.wait().await;
                let sends = (0..IN_FLIGHT).map(async |lane| {
                    let mut times = Vec::new();
                    while !stop.load(Ordering::Relaxed) {
                        let started = Instant::now();
                        socket
                            .send_message(chat, &format!("lane {lane} says something of a usual length"))
                            .await?;
                        times.push(started.elapsed().as_secs_f64() * 1e3);
                    }
                    anyhow::Ok(times)
                });
                let times = try_join_all(sends).await?.concat();
                count.abort();
                anyhow::Ok(times)
            }));
        }
    }
    let cpu_before = cpu_seconds(stack)?;
    all_connected.wait().await;
    let started = Instant::now();
    tokio::time::sleep(LOAD).await;
    stop.store(true, Ordering::Relaxed);
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    let seconds = started.elapsed().as_secs_f64();
    let mut cpu = cpu_seconds(stack)?;
    for (name, before) in cpu_before {
        *cpu.entry(name).or_default() -= before;
    }
    Ok(Load { seconds, cpu, delivered: delivered.load(Ordering::Relaxed), times: Times::new(times) })
}

/// What the same PostgreSQL does with one message a transaction.
async fn one_insert_a_transaction(stack: &Stack) -> anyhow::Result<f64> {
    let url = stack.description()?.postgres.url;
    let pool =
        sqlx::postgres::PgPoolOptions::new().max_connections(LIMIT_CONNECTIONS as u32).connect(&url).await?;
    sqlx::query("CREATE TABLE bench (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sender uuid, body text, at timestamptz DEFAULT now())")
        .execute(&pool)
        .await?;
    let until = Instant::now() + LIMIT;
    let lanes = (0..LIMIT_CONNECTIONS).map(async |_| {
        let mut stored = 0_u64;
        while Instant::now() < until {
            sqlx::query("INSERT INTO bench (sender, body) VALUES (gen_random_uuid(), $1)")
                .bind("lane 0 says something of a usual length")
                .execute(&pool)
                .await?;
            stored += 1;
        }
        anyhow::Ok(stored)
    });
    let stored: u64 = try_join_all(lanes).await?.into_iter().sum();
    Ok(stored as f64 / LIMIT.as_secs_f64())
}

/// CPU seconds by process, of all that `stack.json` names; PostgreSQL's children count as itself.
fn cpu_seconds(stack: &Stack) -> anyhow::Result<BTreeMap<&'static str, f64>> {
    let description = stack.description()?;
    let services = &description.services;
    let mut names: HashMap<u32, &'static str> =
        description.gateways.iter().map(|gateway| (gateway.pid, "gateways")).collect();
    names.insert(services.auth.pid, "auth");
    names.insert(services.social_graph.pid, "social-graph");
    names.insert(services.message_store.pid, "message-store");
    names.insert(description.nats.pid, "nats");
    names.insert(description.redis.pid, "redis");
    names.insert(description.postgres.pid, "postgres");
    let mut seconds = BTreeMap::new();
    for entry in std::fs::read_dir("/proc")? {
        let path = entry?.path();
        let Some(pid) = path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()) else {
            continue;
        };
        let Some((parent, ticks)) = parent_and_ticks(&path) else { continue };
        if let Some(name) = names.get(&pid).or_else(|| names.get(&parent)) {
            *seconds.entry(*name).or_default() += ticks / TICKS_PER_SECOND;
        }
    }
    Ok(seconds)
}

/// Fields 4, 14 and 15 of /proc/<pid>/stat (proc(5)), counted after the name, which may hold anything.
fn parent_and_ticks(path: &Path) -> Option<(u32, f64)> {
    let stat = std::fs::read_to_string(path.join("stat")).ok()?;
    let fields: Vec<_> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse::<f64>().ok();
    Some((fields.get(1)?.parse().ok()?, number(11)? + number(12)?))
}
