//! While people do at random what they may, each of them is connected as a client would be, to one of two gateways, and their
//! connections are cut again and again. In the end what each client holds is what the service shows.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use pulse_client::{Conversation, Live, Message, SignedIn, Update};
use pulse_testkit::{Proxy, Stack, StackOptions};
use pulse_types::ConversationId;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use super::random::Random;
use super::run::Run;
use super::{LONG, LONG_SEEDS, SHORT, any_seed, setting};
use crate::rest::{history, list, text};

/// How long a cut lasts.
const CUT: Duration = Duration::from_millis(80);
/// How long after the last step everybody may take to know all: positions are compared every 15 s.
const SETTLE: Duration = Duration::from_secs(40);

/// One person's client, which opens each conversation that it hears of.
struct Watcher {
    person: SignedIn,
    live: Arc<Live>,
}

impl Watcher {
    fn start(person: &SignedIn, gateways: &[String]) -> anyhow::Result<Self> {
        let (live, updates) = Live::start(person.clone(), gateways)?;
        let live = Arc::new(live);
        tokio::spawn(watch(Arc::clone(&live), updates));
        Ok(Self { person: person.clone(), live })
    }

    /// What the client holds.
    fn held(&self) -> Value {
        self.live.read(|replica| {
            let held = replica.conversations().into_iter().map(|held| {
                let messages: BTreeMap<i64, Value> =
                    held.messages.iter().map(|(seq, message)| (*seq, message_of(message))).collect();
                let entry = json!({"head": head(&held.conversation), "messages": messages});
                (held.conversation.id.to_string(), entry)
            });
            json!(held.collect::<BTreeMap<_, _>>())
        })
    }

    /// What the service shows: of each conversation as many messages as the client holds.
    async fn shown(&self) -> anyhow::Result<Value> {
        let mut shown = BTreeMap::new();
        for archived in [false, true] {
            for item in list(&self.person, &format!("/v1/conversations?archived={archived}")).await? {
                let id = text(&item, "id");
                let conversation: Conversation = serde_json::from_value(item)?;
                let first = self.live.read(|replica| {
                    let held = replica.conversation(conversation.id);
                    held.and_then(|held| held.messages.first_key_value().map(|(seq, _)| *seq))
                });
                let mut messages = BTreeMap::new();
                for message in history(&self.person, &id).await? {
                    let message: Message = serde_json::from_value(message)?;
                    if first.is_some_and(|first| first <= message.seq) {
                        messages.insert(message.seq, message_of(&message));
                    }
                }
                shown.insert(id, json!({"head": head(&conversation), "messages": messages}));
            }
        }
        Ok(json!(shown))
    }
}

/// Looks at each conversation as soon as it is heard of, so that the client holds its messages.
async fn watch(live: Arc<Live>, mut updates: mpsc::Receiver<Update>) {
    let mut looked_at = HashSet::<ConversationId>::new();
    while let Some(update) = updates.recv().await {
        match update {
            Update::Removed(id) => {
                looked_at.remove(&id);
            }
            _ => {
                let known: Vec<_> = live.read(|replica| {
                    replica.conversations().iter().map(|held| held.conversation.id).collect()
                });
                for id in known.into_iter().filter(|id| looked_at.insert(*id)).collect::<Vec<_>>() {
                    let live = Arc::clone(&live);
                    // It may fail when the socket is cut meanwhile: what is looked at is opened again with the next one.
                    tokio::spawn(async move { live.look_at(id).await });
                }
            }
        }
    }
}

fn head(conversation: &Conversation) -> Value {
    let my = conversation.my.as_ref();
    json!({
        "kind": conversation.kind,
        "title": conversation.title,
        "topic": conversation.topic,
        "state": conversation.state,
        "owner_id": conversation.owner_id,
        "member_count": conversation.member_count,
        "last_seq": conversation.last_seq,
        "version": conversation.version,
        "my": my.map(|my| json!([my.role, my.read_seq, my.unread_count, my.mention_count, my.pinned, my.archived])),
        "last_message": conversation.last_message.as_ref().map(|message| (message.seq, message.version)),
    })
}

fn message_of(message: &Message) -> Value {
    let reactions: BTreeMap<_, _> = message
        .reactions
        .iter()
        .map(|reaction| (reaction.emoji.clone(), json!([reaction.count, reaction.me.unwrap_or_default()])))
        .collect();
    json!({
        "id": message.id,
        "version": message.version,
        "sender": message.sender.as_ref().map(|sender| sender.id),
        "body": message.body,
        "reactions": reactions,
        "mentions": message.mentions,
        "is_edited": message.edited_at.is_some(),
        "is_deleted": message.deleted_at.is_some(),
    })
}

/// Cuts one of the wires every now and then until it is over.
async fn cut(wires: Arc<Vec<Proxy>>, seed: u64, is_over: Arc<AtomicBool>) -> usize {
    let (mut random, mut cuts) = (Random::new(seed ^ 0xc07), 0);
    while !is_over.load(Ordering::Relaxed) {
        sleep(Duration::from_millis(300 + random.below(1500) as u64)).await;
        if let Some(wire) = wires.get(random.below(wires.len())) {
            wire.cut();
            sleep(CUT).await;
            wire.restore();
            cuts += 1;
        }
    }
    cuts
}

async fn run(seed: u64, steps: usize) -> anyhow::Result<()> {
    let options = StackOptions { gateways: 2, ..StackOptions::default() };
    let options = options.set("PULSE_GATEWAY_RATE_LIMITS", "off");
    let stack = Stack::start(options.set("PULSE_AUTH_ACCESS_TOKEN_TTL_SECONDS", "3600")).await?;
    let mut model = Run::begin(&stack, seed).await?;
    model.has_clients = true;

    let mut wires = Vec::new();
    for gateway in stack.description()?.gateways {
        wires.push(Proxy::start(gateway.url.trim_start_matches("http://")).await?);
    }
    let urls: Vec<_> = wires.iter().map(|wire| format!("http://{}", wire.addr())).collect();
    let watchers = model.people.iter().enumerate().map(|(index, person)| {
        let mut urls = urls.clone();
        urls.rotate_left(index % 2);
        Watcher::start(person, &urls)
    });
    let watchers = watchers.collect::<anyhow::Result<Vec<_>>>()?;
    let (is_over, wires) = (Arc::new(AtomicBool::new(false)), Arc::new(wires));
    let cutting = tokio::spawn(cut(Arc::clone(&wires), seed, Arc::clone(&is_over)));
    let outcome = model.steps(steps).await;
    // The last cuts fall after the last step: what happened during them must become known as well.
    is_over.store(true, Ordering::Relaxed);
    let cuts = cutting.await?;
    outcome?;
    anyhow::ensure!(cuts > 2, "the connections were cut {cuts} times only");

    let deadline = Instant::now() + SETTLE;
    for watcher in &watchers {
        loop {
            let (shown, held) = (watcher.shown().await?, watcher.held());
            if shown == held {
                break;
            }
            let name = &watcher.person.session.user.username;
            anyhow::ensure!(Instant::now() < deadline, "{name} is shown\n{shown:#}\nand holds\n{held:#}");
            sleep(Duration::from_millis(250)).await;
        }
    }
    Ok(())
}

async fn run_named(seed: u64, steps: usize) -> anyhow::Result<()> {
    let outcome = run(seed, steps).await;
    outcome.with_context(|| format!("PULSE_MODEL_SEED={seed} PULSE_MODEL_STEPS={steps} does this again"))
}

#[tokio::test]
async fn what_clients_hold_is_what_is_shown_however_often_they_are_cut() -> anyhow::Result<()> {
    let steps = setting("PULSE_MODEL_STEPS").map_or(SHORT / 2, |steps| steps as usize);
    run_named(setting("PULSE_MODEL_SEED").unwrap_or_else(any_seed), steps).await
}

#[tokio::test]
#[ignore = "takes many minutes: make test-long"]
async fn what_clients_hold_is_what_is_shown_after_ten_thousand_steps_of_several_seeds() -> anyhow::Result<()>
{
    for number in 0..LONG_SEEDS {
        let seed = any_seed();
        eprintln!("seed {number} of {LONG_SEEDS}: {seed}");
        run_named(seed, LONG / LONG_SEEDS).await?;
    }
    Ok(())
}
