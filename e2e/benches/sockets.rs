//! What 2,000 idle sockets over two gateways cost, and how soon each cause that ends them ends them: `make bench`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

#[path = "sockets/block.rs"]
mod block;
#[path = "sockets/room.rs"]
mod room;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures_util::future::try_join_all;
use futures_util::{StreamExt as _, TryStreamExt as _};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pulse_client::{Client, NewAccount, SignedIn, Socket};
use pulse_testkit::{Stack, StackOptions};
use serde_json::json;
use tokio::task::JoinHandle;

const PEOPLE: usize = 400;
const SOCKETS_EACH: usize = 5;
/// People of each cause.
const EACH_CAUSE: usize = 60;
/// People of the room whose messages are timed.
const ROOM: usize = 101;
/// How long the sockets are watched doing nothing: two heartbeats.
const IDLE: Duration = Duration::from_secs(50);
const PAUSE: Duration = Duration::from_secs(3);
/// Close code of a session that has ended.
const REVOKED: u16 = 4403;
/// `USER_HZ` of Linux: what /proc counts CPU time in.
const TICKS_PER_SECOND: f64 = 100.0;
const PAGE_KIB: f64 = 4.0;

/// A person and their sockets, all on one gateway.
struct Person {
    account: SignedIn,
    sockets: Vec<Socket>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = StackOptions { gateways: 2, ..StackOptions::default() };
    let stack = Stack::start(options.set("PULSE_GATEWAY_RATE_LIMITS", "off")).await?;
    let urls: Vec<_> = stack.description()?.gateways.iter().map(|gateway| gateway.url.clone()).collect();
    let accounts: Vec<SignedIn> = futures_util::stream::iter(0..PEOPLE)
        .zip(futures_util::stream::iter(urls.iter().cycle()))
        .map(|(number, url)| sign_up(url.clone(), format!("person{number}")))
        .buffered(4)
        .try_collect()
        .await?;
    let pids: Vec<i32> = gateway_pids(&stack)?;
    let alone = cpu_share(&pids).await?;
    let memory_before = memory_kib(&pids)?;
    let started = Instant::now();
    let mut people: Vec<Person> = futures_util::stream::iter(accounts)
        .map(|account| async move {
            let sockets = try_join_all((0..SOCKETS_EACH).map(|_| account.connect())).await?;
            anyhow::Ok(Person { account, sockets })
        })
        .buffered(16)
        .try_collect()
        .await?;
    let sockets = (PEOPLE * SOCKETS_EACH) as f64;
    println!("{sockets} sockets opened          {:.0}/s", sockets / started.elapsed().as_secs_f64());
    tokio::time::sleep(Duration::from_secs(5)).await;
    let memory = memory_kib(&pids)? - memory_before;
    println!("memory of both gateways        {:.1} KiB a socket", memory / sockets);
    let cpu = cpu_share(&pids).await? - alone;
    println!("CPU of both gateways, idle     {:.1} us a socket and second", cpu * 1e6 / sockets);
    println!("CPU of both without sockets    {:.1} ms a second", alone * 1e3);

    room::fan_out(people.get_mut(..ROOM).context("too few")?).await?;

    let mut group = people.split_off(PEOPLE - EACH_CAUSE);
    removal(&mut group).await?;
    block::blocks(people.split_off(people.len() - EACH_CAUSE)).await?;
    for (cause, how) in CAUSES {
        let some = people.split_off(people.len() - EACH_CAUSE);
        let ended = try_join_all(some.into_iter().map(|person| end(person, how))).await?;
        print(cause, ended.concat());
    }
    paused(&stack, people).await
}

async fn sign_up(url: String, name: String) -> anyhow::Result<SignedIn> {
    let account = NewAccount::new(&name, format!("{name}@example.org"), password(&name));
    Ok(Client::new(&url)?.register(&account).await?)
}

fn password(name: &str) -> String {
    format!("{name} keeps a long secret")
}

/// What ends sessions.
#[derive(Clone, Copy)]
enum Cause {
    SignOut,
    OtherDevices,
    Password,
    Deletion,
}

const CAUSES: [(&str, Cause); 4] = [
    ("sign-out", Cause::SignOut),
    ("signed out by another device", Cause::OtherDevices),
    ("password changed elsewhere", Cause::Password),
    ("account deleted", Cause::Deletion),
];

/// Ends a person's session; milliseconds from the answer to the end of each socket.
async fn end(person: Person, cause: Cause) -> anyhow::Result<Vec<f64>> {
    let Person { account, sockets } = person;
    let name = account.session.user.username.clone();
    let other = match cause {
        Cause::OtherDevices | Cause::Password => {
            Some(Client::new(account.base_url())?.login(&name, &password(&name)).await?)
        }
        _ => None,
    };
    let watched = watch(sockets);
    match (cause, other) {
        (Cause::SignOut, _) => account.logout().await?,
        (Cause::OtherDevices, Some(other)) => other.end_other_sessions().await?,
        (Cause::Password, Some(other)) => {
            other.change_password(Some(&password(&name)), "another long secret").await?;
        }
        _ => {
            let body = json!({"password": password(&name)});
            let (status, answer) = account.raw(reqwest::Method::DELETE, "/v1/me", Some(&body)).await?;
            anyhow::ensure!(status == 202, "{status} {answer}");
        }
    }
    since(Instant::now(), watched).await
}

/// Waits for the end of each socket, which must be that of a revoked session.
fn watch(sockets: Vec<Socket>) -> Vec<JoinHandle<anyhow::Result<Instant>>> {
    let watch = |mut socket: Socket| {
        tokio::spawn(async move {
            let mut events = socket.take_events();
            let drain = tokio::spawn(async move { while events.recv().await.is_some() {} });
            let code = socket.wait_closed().await;
            drain.abort();
            anyhow::ensure!(code == Some(REVOKED), "closed with {code:?}");
            Ok(Instant::now())
        })
    };
    sockets.into_iter().map(watch).collect()
}

async fn since(
    answered: Instant,
    watched: Vec<JoinHandle<anyhow::Result<Instant>>>,
) -> anyhow::Result<Vec<f64>> {
    let mut times = Vec::new();
    for ended in watched {
        let ended = tokio::time::timeout(Duration::from_secs(30), ended).await.context("still open")???;
        times.push(ended.saturating_duration_since(answered).as_secs_f64() * 1e3);
    }
    Ok(times)
}

/// Members are removed from a group, one after another: milliseconds until their sockets are told, after which they hear no
/// more of it.
async fn removal(people: &mut [Person]) -> anyhow::Result<()> {
    let (owner, members) = people.split_first_mut().context("nobody")?;
    let title = json!({"kind": "room", "title": "Removals"});
    let (status, room) = owner.account.raw(reqwest::Method::POST, "/v1/conversations", Some(&title)).await?;
    anyhow::ensure!(status == 201, "{status} {room}");
    let id = room.get("id").and_then(serde_json::Value::as_str).context("id")?;
    let id: pulse_types::ConversationId = id.parse()?;
    for member in members.iter() {
        member.account.join(id).await?;
    }
    let mut times = Vec::new();
    let half = members.len() / 2;
    for member in members.iter_mut().take(half) {
        owner.account.remove_member(id, member.account.user_id()).await?;
        let answered = Instant::now();
        for socket in &mut member.sockets {
            let told = socket.next_of("conversation.removed");
            tokio::time::timeout(Duration::from_secs(30), told).await.context("not told")??;
            times.push(answered.elapsed().as_secs_f64() * 1e3);
        }
        owner.account.send(id, &pulse_client::NewMessage::new("not for those who are gone")).await?;
    }
    for member in members.iter_mut().take(half) {
        for socket in &mut member.sockets {
            while let Ok(event) = tokio::time::timeout(Duration::from_millis(20), socket.next_event()).await {
                let event = event?;
                anyhow::ensure!(event.data.get("conversation_id") != Some(&json!(id)), "heard {event:?}");
            }
        }
    }
    print("removed from a room", times);
    Ok(())
}

/// One of the gateways is paused while sessions end, and goes on.
async fn paused(stack: &Stack, people: Vec<Person>) -> anyhow::Result<()> {
    let description = stack.description()?;
    let [first, second] = description.gateways.as_slice() else { anyhow::bail!("not two gateways") };
    let pid = Pid::from_raw(i32::try_from(second.pid)?);
    let on_second: Vec<_> = people
        .into_iter()
        .filter(|person| person.account.base_url() == second.url)
        .take(EACH_CAUSE)
        .collect();
    kill(pid, Signal::SIGSTOP)?;
    let (accounts, sockets): (Vec<_>, Vec<_>) =
        on_second.into_iter().map(|person| (person.account, person.sockets)).unzip();
    let watched = watch(sockets.into_iter().flatten().collect());
    let first = Arc::new(first.url.clone());
    try_join_all(accounts.iter().map(|account| {
        let first = Arc::clone(&first);
        async move { anyhow::Ok(account.at(&first)?.logout().await?) }
    }))
    .await?;
    tokio::time::sleep(PAUSE).await;
    kill(pid, Signal::SIGCONT)?;
    print("sign-out while the gateway was paused", since(Instant::now(), watched).await?);
    Ok(())
}

fn print(cause: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |quantile: f64| {
        times.get(((times.len().saturating_sub(1)) as f64 * quantile) as usize).copied().unwrap_or(f64::NAN)
    };
    println!("{cause:<38} {:>6} times: p50 {:.1} ms   p99 {:.1} ms", times.len(), at(0.5), at(0.99));
}

fn gateway_pids(stack: &Stack) -> anyhow::Result<Vec<i32>> {
    let description = stack.description()?;
    description.gateways.iter().map(|gateway| Ok(i32::try_from(gateway.pid)?)).collect()
}

/// Resident memory in KiB.
fn memory_kib(pids: &[i32]) -> anyhow::Result<f64> {
    let mut pages = 0.0;
    for pid in pids {
        let statm = std::fs::read_to_string(format!("/proc/{pid}/statm"))?;
        pages += statm.split_whitespace().nth(1).context("statm")?.parse::<f64>()?;
    }
    Ok(pages * PAGE_KIB)
}

/// Seconds of CPU time a second, while nothing happens.
async fn cpu_share(pids: &[i32]) -> anyhow::Result<f64> {
    let before = cpu_seconds(pids)?;
    tokio::time::sleep(IDLE).await;
    Ok((cpu_seconds(pids)? - before) / IDLE.as_secs_f64())
}

fn cpu_seconds(pids: &[i32]) -> anyhow::Result<f64> {
    let mut ticks = 0.0;
    for pid in pids {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
        let (_, rest) = stat.rsplit_once(')').context("stat")?;
        let fields: Vec<_> = rest.split_whitespace().collect();
        for index in [11, 12] {
            ticks += fields.get(index).context("stat")?.parse::<f64>()?;
        }
    }
    Ok(ticks / TICKS_PER_SECOND)
}
