//! Coming back to an event stream after an absence: a long one, one that was too long, and one that began in the middle of a loss.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pulse_client::{NewMessage, SignedIn};
use pulse_testkit::Stack;
use pulse_types::{ConversationId, CursorKey};
use serde_json::{Value, json};

use super::reader::{Reader, open, try_open};
use crate::people::{Pair, connect, gateway_url, pair, sign_up};
use crate::positions::{lose_events, lose_no_more};
use crate::rest::{group, number, ok, text};

/// Two conversations with so many messages of the greatest length do not fit one page of 1 MiB.
const MESSAGES: i64 = 40;
const CONVERSATIONS: usize = 5;
/// What contract section 7 allows between a loss and its becoming known.
const KNOWN_WITHIN: Duration = Duration::from_secs(15);
/// For how long a token is good, in seconds.
const LIFETIME_SECONDS: i64 = 30 * 24 * 3600;

async fn come_back(url: &str, person: &SignedIn, last_id: &str) -> anyhow::Result<Reader> {
    let opened = try_open(url, person, "", Some(last_id)).await?;
    let mut stream = opened.map_err(|refused| anyhow::anyhow!("{refused:?}"))?;
    anyhow::ensure!(stream.next().await?.context("it ended")?["type"] == "hello");
    Ok(stream)
}

/// Positions and bodies' beginnings of the messages of a sync frame, by conversation.
fn messages(sync: &Value) -> BTreeMap<String, Vec<i64>> {
    let conversations = sync["data"]["conversations"].as_array().into_iter().flatten();
    let seqs = |changed: &Value| -> Vec<i64> {
        changed["messages"].as_array().into_iter().flatten().map(|message| number(message, "seq")).collect()
    };
    conversations.map(|changed| (text(&changed["conversation"], "id"), seqs(changed))).collect()
}

#[tokio::test]
async fn after_an_absence_of_several_pages_all_of_it_comes_once_and_then_what_is_live() -> anyhow::Result<()>
{
    let Pair { stack, ada, grace, .. } = pair(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let urls = [gateway_url(&stack, 0)?, gateway_url(&stack, 1)?];
    let mut places = BTreeSet::new();
    for number in 0..CONVERSATIONS {
        places.insert(text(&group(&ada, &format!("Engine {number}"), &[&grace]).await?, "id"));
    }
    let last_id = open(&urls[1], &grace, "").await?.last_id.context("an id")?;
    let long = "😀".repeat(4000);
    let socket = ada.connect().await?;
    for _ in 0..MESSAGES {
        let sends = places.iter().map(|id| async {
            let id: ConversationId = id.parse()?;
            anyhow::Ok(socket.send_message(id, &long).await?)
        });
        futures_util::future::try_join_all(sends).await?;
    }

    let mut stream = come_back(&urls[0], &grace, &last_id).await?;
    // What is said while the pages come is told behind them; the page of its conversation may show it before.
    let live: ConversationId = places.last().context("a place")?.parse()?;
    socket.send_message(live, "live").await?;
    let (mut told, mut ids) = (BTreeMap::<String, Vec<i64>>::new(), vec![last_id]);
    loop {
        let page = stream.next().await?.context("it ended")?;
        assert_eq!(page["type"], "sync", "nothing comes between the pages: {}", page["type"]);
        assert_eq!(
            stream.last_id.as_deref(),
            page["data"]["token"].as_str(),
            "each is a place to go on from"
        );
        ids.push(stream.last_id.clone().context("an id")?);
        for (id, seqs) in messages(&page) {
            told.entry(id).or_default().extend(seqs);
        }
        if page["data"]["has_more"] == false {
            break;
        }
    }
    let pages = ids.len() - 1;
    assert!(pages >= 3, "{pages} pages");
    // Of groups the first position says who made it.
    let mut expected: BTreeMap<_, Vec<i64>> = places
        .iter()
        .map(|id| (id.clone(), told[id][0]..told[id][0] + MESSAGES))
        .map(|(id, all)| (id, all.collect()))
        .collect();
    let newest = ok(&grace, &format!("GET /v1/conversations/{live}"), None).await?;
    let newest = number(&newest, "last_seq");
    let is_in_a_page = told[&live.to_string()].contains(&newest);
    if is_in_a_page {
        expected.get_mut(&live.to_string()).context("a place")?.push(newest);
    }
    told.retain(|id, _| places.contains(id));
    assert_eq!(told, expected, "all of it, in order, once");
    for id in &places {
        let shown = ok(&grace, &format!("GET /v1/conversations/{id}"), None).await?;
        let last = *told[id].last().context("messages")?;
        assert!(number(&shown, "last_seq") - last <= 1, "up to the end: {last} {shown}");
    }
    assert_eq!(stream.next_of("message.created").await?["data"]["body"], "live", "behind the pages");

    // Cut off behind the second page: only the rest comes, at the other gateway as well.
    let before: BTreeSet<_> = {
        let mut stream = come_back(&urls[1], &grace, &ids[0]).await?;
        let mut known = BTreeSet::new();
        for _ in 0..2 {
            let page = stream.next().await?.context("it ended")?;
            known.extend(messages(&page).into_keys());
        }
        let rest_from = stream.last_id.clone().context("an id")?;
        let mut stream = come_back(&urls[0], &grace, &rest_from).await?;
        let mut rest = BTreeSet::new();
        loop {
            let page = stream.next().await?.context("it ended")?;
            rest.extend(messages(&page).into_keys());
            if page["data"]["has_more"] == false {
                break;
            }
        }
        assert!(known.is_disjoint(&rest), "{known:?} {rest:?}");
        known.into_iter().chain(rest).collect()
    };
    assert!(places.is_subset(&before), "and nothing is left out");
    Ok(())
}

/// The token as it would be if it had been handed out so many seconds earlier: sealed with this installation's key.
fn aged(stack: &Stack, token: &str, seconds: i64) -> anyhow::Result<String> {
    let secrets: Value = serde_json::from_slice(&std::fs::read(stack.data_dir().join("secrets.json"))?)?;
    let key = URL_SAFE_NO_PAD.decode(text(&secrets, "cursor-key"))?;
    let key = CursorKey::new(key.as_slice().try_into()?);
    let (conversations, people) = token.split_once('.').context("two halves")?;
    let mut held: Value = key.open("sync", conversations)?;
    let taken_at = held["s"]["t"].as_i64().context("when it was made")?;
    held["s"]["t"] = json!(taken_at - seconds);
    Ok(format!("{}.{people}", key.seal("sync", &held)))
}

#[tokio::test]
async fn whoever_was_away_for_more_than_thirty_days_begins_again() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, chat } = pair(&[]).await?;
    let url = gateway_url(&stack, 1)?;
    let id = open(&url, &grace, "").await?.last_id.context("an id")?;
    ada.send(chat.id, &NewMessage::new("while she was away")).await?;
    let over = aged(&stack, &id, LIFETIME_SECONDS + 60)?;
    let since = format!("since={over}");
    for (query, header) in [("", Some(over.as_str())), (since.as_str(), None)] {
        let (status, problem) = try_open(&url, &grace, query, header).await?.err().context("too old")?;
        assert_eq!((status, text(&problem, "code").as_str()), (410, "resync_required"), "{problem}");
    }
    // A refusal takes no place, and a month is not over yet.
    let nearly = aged(&stack, &id, LIFETIME_SECONDS - 3600)?;
    let mut stream = come_back(&url, &grace, &nearly).await?;
    assert_eq!(super::bodies(&stream.next_of("sync").await?), ["while she was away"]);
    // Without a token one begins anew.
    open(&url, &grace, "").await?;
    Ok(())
}

/// What a stream's ids do while somebody talks on and on.
struct Listener {
    stream: Reader,
    first: String,
    lost_at: Instant,
}

impl Listener {
    /// Reads until `sync.required` has come and for three seconds after that, and until `is_enough`; the id must stay all the while.
    async fn stays(mut self, is_enough: &AtomicBool) -> anyhow::Result<Duration> {
        let mut known_after = None;
        loop {
            let frame = self.stream.next().await?.context("it ended")?;
            anyhow::ensure!(
                self.stream.last_id.as_ref() == Some(&self.first),
                "the id went on past what was lost, {:?} after it; known after {known_after:?}",
                self.lost_at.elapsed()
            );
            if frame["type"] == "sync.required" {
                known_after = Some(self.lost_at.elapsed());
            }
            let is_long_ago =
                known_after.is_some_and(|after| self.lost_at.elapsed() > after + Duration::from_secs(3));
            if let (Some(after), true, true) = (known_after, is_long_ago, is_enough.load(Ordering::SeqCst)) {
                return Ok(after);
            }
            anyhow::ensure!(self.lost_at.elapsed() < Duration::from_secs(40), "{known_after:?}");
        }
    }

    /// Reads until the id goes on.
    async fn goes_on(mut self, has_moved: &AtomicBool) -> anyhow::Result<()> {
        while self.stream.last_id.as_ref() == Some(&self.first) {
            self.stream.next_of("message.created").await?;
            anyhow::ensure!(self.lost_at.elapsed() < Duration::from_secs(40), "the id stays");
        }
        has_moved.store(true, Ordering::SeqCst);
        Ok(())
    }
}

#[tokio::test]
async fn no_id_goes_past_what_was_lost_neither_before_it_is_known_nor_after() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, chat } = pair(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let url = gateway_url(&stack, 1)?;
    let linus = sign_up(&url, "linus").await?;
    connect(&ada, &linus).await?;
    let other = ada.open_direct(linus.user_id()).await?.id;
    // Of the conversation with the loss nothing else is told, so it is not seen by a jump.
    let tea: ConversationId = text(&group(&ada, "Tea", &[&grace]).await?, "id").parse()?;
    let (of_grace, of_linus) = (open(&url, &grace, "").await?, open(&url, &linus, "").await?);
    let first = of_grace.last_id.clone().context("an id")?;
    // From 5 s on a new id is asked for with the next event.
    tokio::time::sleep(Duration::from_secs(5)).await;
    lose_events(&stack).await?;
    let lost_at = Instant::now();
    ada.send(chat.id, &NewMessage::new("is lost")).await?;
    lose_no_more(&stack).await?;

    // Linus lost nothing: once his id has gone on, hers would have too.
    let (has_moved, is_over) = (AtomicBool::new(false), AtomicBool::new(false));
    let talking = async {
        while !is_over.load(Ordering::SeqCst) {
            for place in [tea, other] {
                ada.send(place, &NewMessage::new("on and on")).await?;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        anyhow::Ok(())
    };
    let his = of_linus.last_id.clone().context("an id")?;
    let listening = async {
        let hers = Listener { stream: of_grace, first: first.clone(), lost_at };
        let his = Listener { stream: of_linus, first: his, lost_at };
        let known = tokio::try_join!(hers.stays(&has_moved), his.goes_on(&has_moved));
        is_over.store(true, Ordering::SeqCst);
        anyhow::Ok(known?.0)
    };
    let (known_after, ()) = tokio::try_join!(listening, talking)?;
    eprintln!("known after {known_after:?}, ids compared for {:?}", lost_at.elapsed());
    assert!(known_after < KNOWN_WITHIN, "{known_after:?}");
    let mut stream = come_back(&gateway_url(&stack, 0)?, &grace, &first).await?;
    let missed = super::bodies(&stream.next_of("sync").await?);
    assert!(missed.iter().any(|body| body == "is lost"), "{missed:?}");
    Ok(())
}
