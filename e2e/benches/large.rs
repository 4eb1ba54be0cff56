//! How long people wait on much data: `make bench`. A million messages in 10,000 conversations of one person, loaded straight
//! into the database; then pages of history, the inbox, search and sync over REST, one call at a time.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::time::{Duration, Instant};

use anyhow::Context as _;
use pulse_client::{Client, NewAccount, SignedIn};
use pulse_testkit::{Stack, StackOptions};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

const LOAD: &str = include_str!("load.sql");
const CONVERSATIONS: usize = 10_000;
const MESSAGES: usize = 100;
/// Calls of each kind; the first tenth warms caches and is not counted.
const CALLS: usize = 300;
/// Conversations with news after a day, and messages in each.
const BUSY: usize = 100;
const NEWS: usize = 10;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = StackOptions::default().set("PULSE_GATEWAY_RATE_LIMITS", "off");
    let stack = Stack::start(options.set("PULSE_AUTH_ACCESS_TOKEN_TTL_SECONDS", "3600")).await?;
    let description = stack.description()?;
    let account = NewAccount::new("ada", "ada@example.org", "ada keeps a long secret");
    let ada = Client::new(&description.url)?.register(&account).await?;
    let before_all = token(&ada).await?;

    let mut url = reqwest::Url::parse(&description.postgres.url)?;
    url.set_path("messages");
    let mut conn = PgConnection::connect(url.as_str()).await?;
    let started = Instant::now();
    let load = LOAD.replace(":user", &format!("'{}'::uuid", ada.user_id()));
    let load = load.replace(":conversations", &CONVERSATIONS.to_string());
    sqlx::raw_sql(AssertSqlSafe(load.replace(":messages", &MESSAGES.to_string()))).execute(&mut conn).await?;
    eprintln!("{} messages in {:.0} s", CONVERSATIONS * MESSAGES, started.elapsed().as_secs_f64());

    let chat = |number: usize| format!("01890a5d-ac96-774b-8000-{:012x}", 1 + number * 37 % CONVERSATIONS);
    print("newest page of history, 50", &ada, |number| {
        format!("/v1/conversations/{}/messages", chat(number))
    })
    .await?;
    print("page in the middle of history, 50", &ada, |number| {
        format!("/v1/conversations/{}/messages?around=40", chat(number))
    })
    .await?;
    print("first page of the inbox, 50", &ada, |_| "/v1/conversations".to_owned()).await?;
    print("search, a rare word", &ada, |_| "/v1/search/messages?q=zebra".to_owned()).await?;
    print("search, a word of every message", &ada, |_| "/v1/search/messages?q=hello".to_owned()).await?;

    let day = token(&ada).await?;
    for number in 0..BUSY * NEWS {
        let path = format!("/v1/conversations/{}/messages", chat(number % BUSY));
        let body = serde_json::to_value(pulse_client::NewMessage::new("good morning"))?;
        let (status, answer) = ada.raw(Method::POST, &path, Some(&body)).await?;
        anyhow::ensure!(status == 201, "{status} {answer}");
    }
    print("sync after a day, 100 conversations with news", &ada, |_| format!("/v1/sync?since={day}")).await?;
    print("sync of an inbox of 10,000, first answer", &ada, |_| format!("/v1/sync?since={before_all}"))
        .await?;
    let started = Instant::now();
    let (mut since, mut answers) = (before_all, 0);
    loop {
        let answer = get(&ada, &format!("/v1/sync?since={since}")).await?;
        answers += 1;
        since = token_of(&answer)?;
        if answer.get("has_more") != Some(&json!(true)) {
            break;
        }
    }
    println!("{:<48} {:>8.0} ms in {answers} answers", "  all of it", ms(started.elapsed()));
    Ok(())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

async fn get(person: &SignedIn, path: &str) -> anyhow::Result<Value> {
    let (status, answer) = person.raw(Method::GET, path, None).await?;
    anyhow::ensure!(status == 200, "{path}: {status} {answer}");
    Ok(answer)
}

/// Where the person stands now.
async fn token(person: &SignedIn) -> anyhow::Result<String> {
    token_of(&get(person, "/v1/sync").await?)
}

fn token_of(answer: &Value) -> anyhow::Result<String> {
    Ok(answer.get("token").and_then(Value::as_str).context("token")?.to_owned())
}

/// Asks many times, one after the other, and prints one line of the table.
async fn print(name: &str, person: &SignedIn, path: impl Fn(usize) -> String) -> anyhow::Result<()> {
    let mut times = Vec::new();
    for number in 0..CALLS {
        let started = Instant::now();
        get(person, &path(number)).await?;
        times.push(ms(started.elapsed()));
    }
    let mut times = times.split_off(CALLS / 10);
    times.sort_by(f64::total_cmp);
    let at = |quantile: f64| times.get((times.len() as f64 * quantile) as usize).copied().unwrap_or(f64::NAN);
    println!("{name:<48} p50 {:>7.1} ms   p99 {:>7.1} ms", at(0.5), at(0.99));
    Ok(())
}
