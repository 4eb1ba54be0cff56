//! The client that stays connected, against real gateways: it goes on elsewhere, renews its tokens, repeats what was not accepted, finds
//! out what it missed, and begins anew when all it knows is too old.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use nix::sys::signal::Signal;
use pulse_client::{Live, NewMessage, SignedIn, Update};
use pulse_testkit::{Proxy, Stack};
use pulse_types::ConversationId;
use tokio::sync::mpsc;

use crate::degraded::restarts::{Ended, postgres};
use crate::people::{Pair, connect, gateway_url, pair, sign_up, until};
use crate::positions::{lose_events, lose_no_more, on_messages};

/// How long what happens soon may take on a busy machine.
const SOON: Duration = Duration::from_secs(15);
/// How long a message is left on its way before the connection is cut.
const ON_ITS_WAY: Duration = Duration::from_millis(200);
/// Within what it asks after it came back; the service compares positions every 10 s.
const ASKED_WITHIN: Duration = Duration::from_secs(5);
/// How long it is listened for what must not come.
const QUIET: Duration = Duration::from_secs(1);

/// A client, and what it tells its owner.
struct Kept {
    live: Live,
    updates: mpsc::Receiver<Update>,
}

impl Kept {
    fn start(person: &SignedIn, gateways: &[String]) -> anyhow::Result<Self> {
        let (live, updates) = Live::start(person.clone(), gateways)?;
        Ok(Self { live, updates })
    }

    /// Waits for an update that is it; the others before it are dropped.
    async fn told(&mut self, what: &str, is_it: impl Fn(&Update) -> bool) -> anyhow::Result<Update> {
        let waits = async {
            loop {
                match self.updates.recv().await.context("it has ended")? {
                    update if is_it(&update) => return Ok(update),
                    Update::Ended { reason } => anyhow::bail!("it has ended: {reason}"),
                    _ => {}
                }
            }
        };
        tokio::time::timeout(SOON, waits).await.with_context(|| format!("not told: {what}"))?
    }

    async fn online(&mut self) -> anyhow::Result<()> {
        self.told("online", |update| matches!(update, Update::Online(_))).await.map(drop)
    }

    async fn offline(&mut self) -> anyhow::Result<()> {
        self.told("offline", |update| matches!(update, Update::Offline { .. })).await.map(drop)
    }

    async fn message(&mut self, body: &str) -> anyhow::Result<()> {
        self.told(body, |update| matches!(update, Update::Message(message) if message.body == body))
            .await
            .map(drop)
    }

    async fn typing(&mut self) -> anyhow::Result<()> {
        self.told("typing", is_typing).await.map(drop)
    }

    /// Whether something comes within a time.
    async fn hears(&mut self, time: Duration, is_it: impl Fn(&Update) -> bool) -> bool {
        let waits = async { while self.updates.recv().await.is_some_and(|update| !is_it(&update)) {} };
        tokio::time::timeout(time, waits).await.is_ok()
    }

    /// What it holds of a conversation's messages.
    fn bodies(&self, conversation_id: ConversationId) -> Vec<String> {
        self.live.read(|replica| {
            let held = replica.conversation(conversation_id);
            held.into_iter()
                .flat_map(|held| held.messages.values())
                .map(|message| message.body.clone())
                .collect()
        })
    }
}

fn is_typing(update: &Update) -> bool {
    matches!(update, Update::Event(event) if event.event_type == "typing" && event.data["active"] == true)
}

async fn wire_to(stack: &Stack, gateway: usize) -> anyhow::Result<(Proxy, String)> {
    let wire = Proxy::start(gateway_url(stack, gateway)?.trim_start_matches("http://")).await?;
    let url = format!("http://{}", wire.addr());
    Ok((wire, url))
}

#[tokio::test]
async fn whose_gateway_is_gone_goes_on_at_another_one_and_looks_on_there() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, chat } = pair(&[]).await?;
    let (wire, url) = wire_to(&stack, 1).await?;
    let mut kept = Kept::start(&grace, &[url, gateway_url(&stack, 0)?])?;
    kept.online().await?;
    kept.live.look_at(chat.id).await?;
    ada.typing(chat.id, true).await?;
    kept.typing().await?;
    // For good, and with a message under way.
    let linus = sign_up(&gateway_url(&stack, 0)?, "linus").await?;
    connect(&linus, &grace).await?;
    let other = linus.open_direct(grace.user_id()).await?.id;
    wire.stall();
    let said = kept.live.send(chat.id, NewMessage::new("under way"));
    let meanwhile = async {
        tokio::time::sleep(ON_ITS_WAY).await;
        wire.cut();
        ada.typing(chat.id, false).await?;
        anyhow::Ok(linus.send(other, &NewMessage::new("meanwhile")).await?)
    };
    let (said, back, meanwhile) =
        tokio::join!(tokio::time::timeout(SOON, said), back(&mut kept.updates), meanwhile);
    meanwhile?;
    back?;
    // Asked at once, not when the service compares positions.
    tokio::time::timeout(ASKED_WITHIN, until(async || Ok(kept.bodies(other) == ["meanwhile"]))).await??;
    let seq = said.context("it was not sent")??.message.seq;
    until(async || Ok(kept.bodies(chat.id) == ["under way"])).await?;
    let stored: Vec<_> = ada.history(chat.id).await?.iter().map(|message| message.seq).collect();
    assert_eq!(stored, [seq], "once");
    // What was looked at is looked at again, unasked.
    ada.typing(chat.id, true).await?;
    kept.typing().await?;
    ada.typing(chat.id, false).await?;
    kept.live.look_away(chat.id).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    ada.typing(chat.id, true).await?;
    assert!(!kept.hears(QUIET, is_typing).await, "it looks away");
    Ok(())
}

/// Waits until it was told that it is offline, and then that it is online again.
async fn back(updates: &mut mpsc::Receiver<Update>) -> anyhow::Result<()> {
    let waits = async {
        while !matches!(updates.recv().await.context("it has ended")?, Update::Offline { .. }) {}
        while !matches!(updates.recv().await.context("it has ended")?, Update::Online(_)) {}
        anyhow::Ok(())
    };
    tokio::time::timeout(SOON, waits).await.context("it does not come back")?
}

#[tokio::test]
async fn tokens_are_renewed_under_way_and_after_an_absence() -> anyhow::Result<()> {
    let env = [("PULSE_AUTH_ACCESS_TOKEN_TTL_SECONDS", "4"), ("PULSE_GATEWAY_RATE_LIMITS", "off")];
    let Pair { stack, mut ada, mut grace, chat } = pair(&env).await?;
    let (wire, url) = wire_to(&stack, 1).await?;
    grace.refresh().await?;
    let mut kept = Kept::start(&grace, &[url])?;
    kept.online().await?;
    let leaves = |update: &Update| matches!(update, Update::Offline { .. } | Update::Ended { .. });
    assert!(!kept.hears(Duration::from_secs(7), leaves).await, "its token was renewed before its end");
    wire.cut();
    kept.offline().await?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    wire.restore();
    kept.online().await?;
    ada.refresh().await?;
    ada.send(chat.id, &NewMessage::new("with a fresh token")).await?;
    kept.message("with a fresh token").await
}

#[tokio::test]
async fn a_gateway_that_does_not_answer_is_not_waited_for_for_ever() -> anyhow::Result<()> {
    let Pair { stack, grace, .. } = pair(&[]).await?;
    // Connections are taken by the system and read by nobody, so nothing ends them from the other side.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", silent.local_addr()?);
    let began = Instant::now();
    let mut kept = Kept::start(&grace, &[url, gateway_url(&stack, 0)?])?;
    kept.online().await?;
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    Ok(())
}

#[tokio::test]
async fn what_was_said_while_it_was_away_is_known_when_it_is_back() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, chat } = pair(&[]).await?;
    let (wire, url) = wire_to(&stack, 1).await?;
    let mut kept = Kept::start(&grace, &[url])?;
    kept.online().await?;
    ada.send(chat.id, &NewMessage::new("before")).await?;
    kept.message("before").await?;
    wire.cut();
    kept.offline().await?;
    for body in ["one", "two"] {
        ada.send(chat.id, &NewMessage::new(body)).await?;
    }
    wire.restore();
    kept.online().await?;
    assert_eq!(kept.bodies(chat.id), ["before", "one", "two"], "it is online when it knows all");
    Ok(())
}

#[tokio::test]
async fn it_does_not_come_back_when_its_session_has_ended() -> anyhow::Result<()> {
    let Pair { stack: _stack, grace, .. } = pair(&[]).await?;
    let mut kept = Kept::start(&grace, &[])?;
    kept.online().await?;
    grace.logout().await?;
    let last = kept.told("the end", |update| matches!(update, Update::Offline { .. } | Update::Ended { .. }));
    let last = last.await?;
    // Without a further attempt, whose refusal would be told in place of the close code.
    anyhow::ensure!(matches!(&last, Update::Ended { reason } if reason.contains("4403")), "{last:?}");
    Ok(())
}

#[tokio::test]
async fn what_was_lost_on_its_way_is_asked_for() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, chat } = pair(&[]).await?;
    let mut kept = Kept::start(&grace, &[])?;
    kept.online().await?;
    kept.live.look_at(chat.id).await?;
    ada.send(chat.id, &NewMessage::new("arrives")).await?;
    kept.message("arrives").await?;
    // In the middle: the next one shows it.
    lose_events(&stack).await?;
    ada.send(chat.id, &NewMessage::new("is lost")).await?;
    lose_no_more(&stack).await?;
    ada.send(chat.id, &NewMessage::new("jumps")).await?;
    let jumped = Instant::now();
    until(async || Ok(kept.bodies(chat.id) == ["arrives", "is lost", "jumps"])).await?;
    assert!(jumped.elapsed() < Duration::from_secs(3), "at once: {:?}", jumped.elapsed());
    // At the end: the service tells it.
    lose_events(&stack).await?;
    ada.send(chat.id, &NewMessage::new("the last one")).await?;
    lose_no_more(&stack).await?;
    let lost = Instant::now();
    until(async || Ok(kept.bodies(chat.id).last().is_some_and(|body| body == "the last one"))).await?;
    assert!(lost.elapsed() < Duration::from_secs(15), "{:?}", lost.elapsed());
    Ok(())
}

#[tokio::test]
async fn after_the_service_was_set_back_to_a_backup_a_client_begins_anew() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, chat } = pair(&[]).await?;
    ada.send(chat.id, &NewMessage::new("of before")).await?;
    let ended = Ended::by(Signal::SIGINT, postgres(&stack)?).await?;
    let backup = ended.copy()?;
    ended.start_again(&stack, postgres).await?;
    until(async || Ok(ada.me().await.is_ok())).await?;
    // Time passes; nothing that anybody sees happens in it.
    for _ in 0..40 {
        on_messages(&stack, "SELECT txid_current()").await?;
    }
    let (wire, url) = wire_to(&stack, 1).await?;
    let mut kept = Kept::start(&grace, &[url])?;
    kept.online().await?;
    kept.live.look_at(chat.id).await?;
    wire.cut();
    kept.offline().await?;
    let ended = Ended::by(Signal::SIGINT, postgres(&stack)?).await?;
    ended.replace(&backup)?;
    ended.start_again(&stack, postgres).await?;
    until(async || Ok(ada.conversation(chat.id).await.is_ok())).await?;
    // Its token is of a time that has not been yet.
    wire.restore();
    kept.online().await?;
    until(async || Ok(kept.bodies(chat.id) == ["of before"]))
        .await
        .context("what is looked at is held again")?;
    ada.send(chat.id, &NewMessage::new("of after")).await?;
    kept.message("of after").await
}
