//! A gateway that is told to stop sends its people away in good order.

use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pulse_client::{NewMessage, SignedIn};
use pulse_testkit::Stack;
use pulse_types::{ConversationId, RequestId, SystemClock};
use serde_json::{Value, json};
use tokio::task::{JoinHandle, JoinSet};

use crate::people::{code, connect, gateway_url, pair, sign_up, two_gateways, until};
use crate::rest::{history, number, text};
use crate::wire::WireSocket;

const PEOPLE: usize = 8;
const SOCKETS_OF_EACH: usize = 25;

fn stop(stack: &Stack, gateway: usize) -> anyhow::Result<u32> {
    let pid = stack.description()?.gateways[gateway].pid;
    kill(Pid::from_raw(i32::try_from(pid)?), Signal::SIGTERM)?;
    Ok(pid)
}

/// What one socket saw of its end.
struct Departure {
    /// Of `server.draining`, and when that came.
    hint: Option<(i64, Instant)>,
    /// Of messages that were sent before that.
    unanswered: usize,
    code: Option<u16>,
    ended_at: Instant,
}

/// Between two messages of one sender: what is tested is the going, not how much is stored before it.
const PAUSE: Duration = Duration::from_millis(20);

/// Reads to the end. With a conversation it sends on and on until it is told to go.
async fn leave(mut socket: WireSocket, sends_to: Option<ConversationId>) -> anyhow::Result<Departure> {
    let (mut hint, mut sent, mut answered, mut code) = (None, 0, 0, None);
    let mut next_at = Instant::now();
    // Whoever never sends only listens.
    let patience = if sends_to.is_some() { PAUSE } else { Duration::from_secs(3600) };
    loop {
        let due = sent == answered && next_at <= Instant::now();
        if let (Some(chat), None, true) = (sends_to, hint, due) {
            let data = json!({"conversation_id": chat, "client_id": RequestId::new(&SystemClock).to_string(), "body": "on"});
            socket.send(json!({"type": "message.send", "id": "s", "data": data}).to_string()).await?;
            sent += 1;
            next_at = Instant::now() + PAUSE;
        }
        let Ok(frame) = tokio::time::timeout(patience, socket.next_or_end(&mut code)).await else { continue };
        let Some(frame) = frame? else { break };
        match frame["type"].as_str() {
            Some("server.draining") => {
                hint = Some((number(&frame["data"], "reconnect_after_ms"), Instant::now()))
            }
            Some("reply") => answered += 1,
            Some("error") => anyhow::bail!("{frame}"),
            _ => {}
        }
    }
    Ok(Departure { hint, unanswered: sent - answered, code, ended_at: Instant::now() })
}

#[tokio::test]
async fn two_hundred_sockets_are_told_and_none_is_cut() -> anyhow::Result<()> {
    let stack = two_gateways(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let url = gateway_url(&stack, 1)?;
    let mut sockets = JoinSet::new();
    let ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let mut chats = Vec::new();
    for number in 0..PEOPLE {
        let person = sign_up(&url, &format!("person{number}")).await?;
        connect(&ada, &person).await?;
        let chat = person.open_direct(ada.user_id()).await?.id;
        chats.push((person.at(ada.base_url())?, chat));
        for index in 0..SOCKETS_OF_EACH {
            let socket = WireSocket::open(&person).await?;
            // One in five is in the middle of sending.
            sockets.spawn(leave(socket, (index % 5 == 0).then_some(chat)));
        }
    }
    let admin_url = stack.description()?.gateways[1].admin_url.clone();
    until(async || Ok(ada.conversation(chats[0].1).await?.last_seq > 20)).await?;
    let stopped = stop(&stack, 1)?;
    let begun = Instant::now();
    let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(1)).build()?;
    let ready = http.get(format!("{admin_url}/readyz")).send().await.map(|answer| answer.status().as_u16());
    assert!(ready.is_err() || ready.is_ok_and(|status| status == 503), "no new traffic is wanted");
    let newcomer = chats[0].0.at(&url)?.connect().await;
    assert!(newcomer.is_err(), "new sockets are refused");

    let mut hints = std::collections::BTreeSet::new();
    let mut last = Duration::ZERO;
    while let Some(left) = sockets.join_next().await {
        let departure = left??;
        let (hint, told_at) = departure.hint.expect("told");
        assert_eq!(departure.code, Some(1012));
        assert_eq!(departure.unanswered, 0, "what was under way is answered");
        assert!(departure.ended_at - told_at < Duration::from_secs(2), "{:?}", departure.ended_at - told_at);
        assert!((1..=1000).contains(&hint), "{hint}");
        hints.insert(hint);
        last = last.max(departure.ended_at - begun);
    }
    // 200 hints in a range of 450.
    assert!(hints.len() > 100, "{} different hints", hints.len());
    eprintln!("200 sockets left within {last:?}; hints from {:?} to {:?} ms", hints.first(), hints.last());
    assert!(last < Duration::from_secs(4), "{last:?}");
    until(async || Ok(stack.description()?.gateways[1].pid != stopped)).await?;
    // What was answered is there, once.
    for (person, chat) in &chats {
        let seqs: Vec<_> =
            history(person, &chat.to_string()).await?.iter().map(|found| number(found, "seq")).collect();
        assert_eq!(seqs, (1..=i64::try_from(seqs.len())?).collect::<Vec<_>>());
    }
    Ok(())
}

/// Somebody who chats on through restarts: follows the hints, reconnects elsewhere when told nothing, repeats what was not answered.
struct Talker {
    person: SignedIn,
    urls: Vec<String>,
    chat: ConversationId,
}

/// What a talker saw.
#[derive(Debug, Default)]
struct Talk {
    acknowledged: Vec<Value>,
    repeats: usize,
    refused: Vec<String>,
    longest_stall: Duration,
    /// What that was made of.
    of_it: Vec<(&'static str, Duration)>,
}

impl Talker {
    /// Sends one message after the other until `until`; each is repeated with its `client_id` until it is accepted.
    async fn talk(self, until: Instant) -> anyhow::Result<Talk> {
        let mut talk = Talk::default();
        let mut at = 0;
        let mut socket = None;
        while Instant::now() < until {
            let message = NewMessage::new("on and on");
            let (began, mut parts) = (Instant::now(), Vec::new());
            loop {
                if socket.is_none() {
                    at += 1;
                    let url = &self.urls[at % self.urls.len()];
                    let begun = Instant::now();
                    socket = self.person.at(url)?.connect().await.ok().map(heard);
                    parts.push(("handshake", begun.elapsed()));
                }
                let Some((open, hint)) = &mut socket else {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                };
                let begun = Instant::now();
                let sent = open.send(self.chat, &message).await;
                parts.push(("send", begun.elapsed()));
                match sent {
                    Ok(sent) => {
                        talk.acknowledged
                            .push(json!({"seq": sent.message.seq, "client_id": sent.message.client_id}));
                        break;
                    }
                    Err(error) if error.code().is_none_or(|code| code == "unavailable") => {
                        talk.repeats += 1;
                        if error.code().is_none() {
                            let hint = hint.await?;
                            socket = None;
                            parts.push(("hint", hint));
                            tokio::time::sleep(hint).await;
                        }
                    }
                    Err(error) => talk.refused.push(code::<()>(Err(error))),
                }
            }
            if began.elapsed() > talk.longest_stall {
                (talk.longest_stall, talk.of_it) = (began.elapsed(), parts);
            }
        }
        Ok(talk)
    }
}

/// Reads what a socket is told, so that answers never wait behind it; at its end: how much longer the service wants to be
/// left alone, if it said so.
fn heard(mut socket: pulse_client::Socket) -> (pulse_client::Socket, JoinHandle<Duration>) {
    let mut events = socket.take_events();
    let hint = tokio::spawn(async move {
        let mut welcome_at = Instant::now();
        while let Some(event) = events.recv().await {
            if let Some(after) = event.data["reconnect_after_ms"].as_u64() {
                welcome_at = Instant::now() + Duration::from_millis(after);
            }
        }
        welcome_at.saturating_duration_since(Instant::now())
    });
    (socket, hint)
}

#[tokio::test]
async fn a_rolling_restart_under_load_fails_no_send() -> anyhow::Result<()> {
    let pair = pair(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let urls = vec![gateway_url(&pair.stack, 0)?, gateway_url(&pair.stack, 1)?];
    let until_then = Instant::now() + Duration::from_secs(14);
    let mut talks = JoinSet::new();
    for number in 0..10 {
        let person = if number % 2 == 0 { &pair.ada } else { &pair.grace };
        let mut urls = urls.clone();
        urls.rotate_left(number % 2);
        talks.spawn(Talker { person: person.at(&urls[0])?, urls, chat: pair.chat.id }.talk(until_then));
    }
    for gateway in 0..2 {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let stopped = stop(&pair.stack, gateway)?;
        until(async || {
            let there = &pair.stack.description()?.gateways[gateway];
            Ok(there.pid != stopped && pair.ada.at(&there.url)?.me().await.is_ok())
        })
        .await?;
    }
    let (mut acknowledged, mut repeats) = (Vec::new(), 0);
    let (mut longest, mut of_it) = (Duration::ZERO, Vec::new());
    while let Some(talk) = talks.join_next().await {
        let talk = talk??;
        assert!(talk.refused.is_empty(), "{:?}", talk.refused);
        if talk.longest_stall > longest {
            (longest, of_it) = (talk.longest_stall, talk.of_it);
        }
        repeats += talk.repeats;
        acknowledged.extend(talk.acknowledged);
    }
    eprintln!("{} sends, {repeats} repeats, longest stall {longest:?}: {of_it:?}", acknowledged.len());
    let all = history(&pair.ada, &pair.chat.id.to_string()).await?;
    assert_eq!(all.len(), acknowledged.len(), "each once");
    for message in &acknowledged {
        let stored = &all[usize::try_from(number(message, "seq"))? - 1];
        assert_eq!(text(stored, "client_id"), text(message, "client_id"));
    }
    // Less than a second where nothing else runs: a handshake and a send. This test has the machine for itself, but
    // not from what else is done on it; then the handshake and the send took 0.9 s each.
    assert!(longest < Duration::from_secs(3), "{longest:?}");
    Ok(())
}
