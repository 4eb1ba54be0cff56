//! Who hears what: both planes, all scopes, on two gateways.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use pulse_client::{Event, NewConversation, NewMessage, SignedIn, Socket};
use pulse_testkit::Stack;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::people::{connect, gateway_url, metric, sign_up, two_gateways, until};
use crate::rest::{call, group, number, ok, text};

/// How long an event may take that must come.
const SOON: Duration = Duration::from_secs(10);
/// How long it is waited for what must not come.
const NEVER: Duration = Duration::from_millis(700);

/// Says that a conversation has so many members; it has no more of them for that.
pub(crate) async fn pretend_members(stack: &Stack, id: &str, count: i64) -> anyhow::Result<()> {
    let mut url = reqwest::Url::parse(&stack.description()?.postgres.url)?;
    url.set_path("messages");
    let mut conn = PgConnection::connect(url.as_str()).await?;
    let pretend = format!("UPDATE conversations SET member_count = {count} WHERE conversation_id = '{id}'");
    sqlx::raw_sql(AssertSqlSafe(pretend)).execute(&mut conn).await?;
    Ok(conn.close().await?)
}

/// Somebody at one of the two gateways.
pub(crate) async fn person(stack: &Stack, name: &str, at: usize) -> anyhow::Result<SignedIn> {
    sign_up(&gateway_url(stack, at)?, name).await
}

/// A socket of this scope; empty for all.
pub(crate) async fn socket(person: &SignedIn, scope: &str) -> anyhow::Result<Socket> {
    let query = if scope.is_empty() { String::new() } else { format!("scope={scope}") };
    Ok(Socket::connect(person.base_url(), &person.session.access_token, &query).await?)
}

/// The next event of this type that a filter lets pass; what comes before it is dropped.
pub(crate) async fn await_event(
    socket: &mut Socket,
    event_type: &str,
    is_it: impl Fn(&Value) -> bool,
) -> anyhow::Result<Value> {
    await_within(SOON, socket, event_type, is_it).await
}

/// The same, of what may take longer.
pub(crate) async fn await_within(
    time: Duration,
    socket: &mut Socket,
    event_type: &str,
    is_it: impl Fn(&Value) -> bool,
) -> anyhow::Result<Value> {
    let deadline = tokio::time::Instant::now() + time;
    loop {
        let next = tokio::time::timeout_at(deadline, socket.next_event()).await;
        let event = next.with_context(|| format!("no {event_type} came"))??;
        if event.event_type == event_type && is_it(&event.data) {
            return Ok(event.data);
        }
    }
}

/// All events that come until nothing has come for a while.
pub(crate) async fn everything(socket: &mut Socket) -> Vec<Event> {
    let mut events = Vec::new();
    while let Ok(Ok(event)) = tokio::time::timeout(NEVER, socket.next_event()).await {
        events.push(event);
    }
    events
}

fn types(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.event_type.as_str()).collect()
}

/// The versions of the durable events of a conversation, in the order in which they came.
pub(crate) fn versions(events: &[Event], id: &str) -> Vec<i64> {
    const UNCOUNTED: [&str; 3] = ["unread.updated", "conversation.removed", "conversation.created"];
    let durable = events.iter().filter(|event| {
        let place = event.data["conversation_id"].as_str().or(event.data["id"].as_str());
        place == Some(id) && !UNCOUNTED.contains(&event.event_type.as_str())
    });
    durable.filter_map(|event| event.data["version"].as_i64()).collect()
}

async fn open(socket: &Socket, id: &str) -> Result<Value, pulse_client::Error> {
    Ok(socket.request("conversation.open", json!({"conversation_id": id})).await?.0)
}

/// Everything that changes a group with a version.
async fn change_all(people: [&SignedIn; 3], id: &str) -> anyhow::Result<()> {
    let [ada, grace, linus] = people;
    let chat = format!("/v1/conversations/{id}");
    let sent = ada.send(id.parse()?, &NewMessage::new("hello @grace")).await?.message.id;
    let message = format!("/v1/messages/{sent}");
    ok(grace, &format!("PUT {message}/reactions/%F0%9F%91%8D"), None).await?;
    ok(ada, &format!("PATCH {message}"), Some(&json!({"body": "hello"}))).await?;
    ok(grace, &format!("DELETE {message}/reactions/%F0%9F%91%8D"), None).await?;
    ok(ada, &format!("DELETE {message}"), None).await?;
    ok(ada, &format!("PATCH {chat}"), Some(&json!({"title": "Cogs"}))).await?;
    let member = format!("{chat}/members/{}", linus.user_id());
    ok(ada, &format!("PUT {member}"), Some(&json!({"role": "admin"}))).await?;
    ok(ada, &format!("DELETE {member}"), None).await?;
    ok(ada, &format!("PUT {member}"), None).await?;
    ok(ada, &format!("POST {chat}/transfer"), Some(&json!({"user_id": grace.user_id()}))).await?;
    ok(grace, &format!("POST {chat}/close"), None).await?;
    ok(grace, &format!("POST {chat}/reopen"), None).await.map(drop)
}

#[tokio::test]
async fn durable_events_of_every_kind_reach_all_sockets_in_order() -> anyhow::Result<()> {
    let stack = two_gateways(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let (ada, grace) = (person(&stack, "ada", 0).await?, person(&stack, "grace", 1).await?);
    let linus = person(&stack, "linus", 0).await?;
    connect(&ada, &grace).await?;
    connect(&ada, &linus).await?;
    let made = group(&ada, "Engines", &[&grace, &linus]).await?;
    let id = text(&made, "id");
    let mut sockets = Vec::new();
    for person in [&ada, &grace] {
        for scope in ["", "all", "inbox", &format!("conversation:{id}")] {
            for at in 0..2 {
                sockets.push(socket(&person.at(&gateway_url(&stack, at)?)?, scope).await?);
            }
        }
    }
    // Some have it open as well; they hear of it once.
    for index in [0, 2, 8] {
        open(&sockets[index], &id).await?;
    }
    change_all([&ada, &grace, &linus], &id).await?;
    let head = number(&ok(&ada, &format!("GET /v1/conversations/{id}"), None).await?, "version");
    let expected: Vec<i64> = (number(&made, "version") + 1..=head).collect();
    for (index, socket) in sockets.iter_mut().enumerate() {
        let events = everything(socket).await;
        assert_eq!(versions(&events, &id), expected, "socket {index}: {:?}", types(&events));
        for kind in [
            "message.created",
            "message.updated",
            "message.deleted",
            "reaction.updated",
            "member.added",
            "member.updated",
            "member.removed",
            "conversation.updated",
            "unread.updated",
        ] {
            assert!(types(&events).contains(&kind), "socket {index}: no {kind}");
        }
    }
    Ok(())
}

/// A room that says to have more members than reach the inbox.
async fn large_room(stack: &Stack, people: &[&SignedIn]) -> anyhow::Result<String> {
    let [owner, guests @ ..] = people else { anyhow::bail!("nobody") };
    let (room, _) = owner.create(&NewConversation::room("Engines")).await?;
    for guest in guests {
        guest.join(room.id).await?;
    }
    let id = room.id.to_string();
    pretend_members(stack, &id, 70).await?;
    Ok(id)
}

#[tokio::test]
async fn events_of_a_large_room_reach_who_looks_on_and_others_its_head_once_a_second() -> anyhow::Result<()> {
    let stack = two_gateways(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let (ada, grace) = (person(&stack, "ada", 0).await?, person(&stack, "grace", 1).await?);
    let id = large_room(&stack, &[&ada, &grace]).await?;
    let mut viewer = socket(&grace, "").await?;
    let mut onlooker = socket(&grace, "").await?;
    let mut inbox = socket(&grace, "inbox").await?;
    let mut only = socket(&grace, &format!("conversation:{id}")).await?;
    let opened = open(&viewer, &id).await?;
    let first = number(&opened, "version");
    assert_eq!(number(&opened, "last_seq"), 0);

    let begun = Instant::now();
    for count in 0..40 {
        ada.send(id.parse()?, &NewMessage::new(format!("turn {count}"))).await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let seconds = begun.elapsed().as_secs() + 1;
    let expected: Vec<i64> = (first + 1..=first + 40).collect();
    for socket in [&mut viewer, &mut only] {
        let events = everything(socket).await;
        assert_eq!(versions(&events, &id), expected);
        assert!(types(&events).contains(&"unread.updated"), "to who looks on as well");
    }
    for socket in [&mut onlooker, &mut inbox] {
        let events = everything(socket).await;
        assert!(versions(&events, &id).is_empty(), "{:?}", types(&events));
        let heads: Vec<_> = events.iter().filter(|event| event.event_type == "unread.updated").collect();
        let last = heads.last().context("no head")?;
        assert_eq!((number(&last.data, "last_seq"), number(&last.data, "version")), (40, first + 40));
        assert_eq!(number(&last.data, "unread_count"), 40);
        assert!((1..=seconds as usize + 1).contains(&heads.len()), "{} in {seconds} s", heads.len());
    }

    // Once it is closed, the head is all that comes.
    viewer.request("conversation.close", json!({"conversation_id": id})).await?;
    ada.send(id.parse()?, &NewMessage::new("the last one")).await?;
    let events = everything(&mut viewer).await;
    assert!(versions(&events, &id).is_empty() && types(&events).contains(&"unread.updated"));
    Ok(())
}

#[tokio::test]
async fn a_room_that_grows_large_and_small_again_loses_nothing() -> anyhow::Result<()> {
    let stack = two_gateways(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let (ada, grace) = (person(&stack, "ada", 0).await?, person(&stack, "grace", 1).await?);
    let linus = person(&stack, "linus", 0).await?;
    let id = large_room(&stack, &[&ada, &grace]).await?;
    pretend_members(&stack, &id, 64).await?;
    let (mut viewer, mut onlooker) = (socket(&grace, "").await?, socket(&grace, "").await?);
    let mut first = number(&open(&viewer, &id).await?, "version");
    let chat = id.parse()?;
    for turn in 0..3 {
        let (mut heads, mut seen) = (Vec::new(), Vec::new());
        for _ in 0..5 {
            ada.send(chat, &NewMessage::new("small")).await?;
        }
        linus.join(chat).await?;
        for _ in 0..5 {
            ada.send(chat, &NewMessage::new("large")).await?;
        }
        linus.leave(chat).await?;
        for _ in 0..5 {
            ada.send(chat, &NewMessage::new("small again")).await?;
        }
        let last = first + 17;
        seen.extend(versions(&everything(&mut viewer).await, &id));
        assert_eq!(seen, (first + 1..=last).collect::<Vec<_>>(), "turn {turn}: who looks on misses nothing");
        let events = everything(&mut onlooker).await;
        let told = versions(&events, &id);
        let outside: Vec<i64> = (first + 1..=first + 6).chain(first + 12..=last).collect();
        assert_eq!(told, outside, "turn {turn}: all but what happened while it was large");
        heads.extend(events.iter().filter(|event| event.event_type == "unread.updated"));
        assert_eq!(number(&heads.last().context("no head")?.data, "version"), last);
        first = last;
    }
    Ok(())
}

#[tokio::test]
async fn the_conversation_plane_is_for_those_who_look_on() -> anyhow::Result<()> {
    let stack = two_gateways(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let (ada, grace) = (person(&stack, "ada", 0).await?, person(&stack, "grace", 1).await?);
    let linus = person(&stack, "linus", 0).await?;
    connect(&ada, &grace).await?;
    connect(&ada, &linus).await?;
    let id = text(&group(&ada, "Engines", &[&grace, &linus]).await?, "id");
    let direct = ada.open_direct(grace.user_id()).await?.id;
    let mut viewer = socket(&grace, "").await?;
    let mut other = socket(&grace, "").await?;
    let mut inbox = socket(&grace, "inbox").await?;
    let mut only = socket(&grace, &format!("conversation:{id}")).await?;
    let mut own = socket(&ada, "").await?;
    open(&viewer, &id).await?;
    open(&own, &id).await?;
    ok(&ada, &format!("PUT /v1/conversations/{id}/typing"), Some(&json!({"active": true}))).await?;
    for socket in [&mut viewer, &mut only] {
        let typing = await_event(socket, "typing", |_| true).await?;
        assert_eq!(typing, json!({"conversation_id": id, "user_id": ada.user_id(), "active": true}));
    }
    let sent = ada.send(id.parse()?, &NewMessage::new("hello")).await?.message;
    linus.mark_read(id.parse()?, sent.seq).await?;
    for socket in [&mut viewer, &mut only] {
        let moved = await_event(socket, "receipt.updated", |_| true).await?;
        let expected = json!({"conversation_id": id, "user_id": linus.user_id(),
            "delivered_seq": sent.seq, "read_seq": sent.seq});
        assert_eq!(moved, expected);
    }
    for socket in [&mut other, &mut inbox] {
        let events = everything(socket).await;
        let seen = types(&events);
        assert!(!seen.contains(&"typing") && !seen.contains(&"receipt.updated"), "{seen:?}");
    }
    let events = everything(&mut own).await;
    let seen = types(&events);
    assert!(!seen.contains(&"typing"), "never to the typist: {seen:?}");
    assert_eq!(seen.iter().filter(|kind| **kind == "receipt.updated").count(), 1, "{seen:?}");

    // In a direct the sender hears of it on every socket, once, and the reader's other devices too.
    let sent = ada.send(direct, &NewMessage::new("hello")).await?.message;
    let opened = socket(&ada, "").await?;
    let mut sockets = [opened, socket(&ada, "inbox").await?];
    open(&sockets[0], &direct.to_string()).await?;
    everything(&mut other).await;
    grace.mark_read(direct, sent.seq).await?;
    for socket in &mut sockets {
        let events = everything(socket).await;
        let told: Vec<_> = events.iter().filter(|event| event.event_type == "receipt.updated").collect();
        assert_eq!(told.len(), 1, "{:?}", types(&events));
        assert_eq!(told[0].data["user_id"], json!(grace.user_id()));
    }
    await_event(&mut other, "receipt.updated", |data| data["user_id"] == json!(grace.user_id())).await?;
    Ok(())
}

#[tokio::test]
async fn who_hides_what_they_read_or_type_is_not_shown_it_of_others() -> anyhow::Result<()> {
    let stack = two_gateways(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let (ada, grace) = (person(&stack, "ada", 0).await?, person(&stack, "grace", 1).await?);
    let linus = person(&stack, "linus", 0).await?;
    connect(&ada, &grace).await?;
    connect(&ada, &linus).await?;
    let id = text(&group(&ada, "Engines", &[&grace, &linus]).await?, "id");
    let mut viewer = socket(&grace, "").await?;
    open(&viewer, &id).await?;
    let settings = |shows: bool| json!({"settings": {"send_read_receipts": shows, "send_typing": shows}});
    for (turn, shows) in [(1, true), (2, false), (3, true)] {
        ok(&grace, "PATCH /v1/me", Some(&settings(shows))).await?;
        if turn > 1 {
            await_event(&mut viewer, "me.updated", |me| me["settings"]["send_typing"] == shows).await?;
        }
        let typing = format!("PUT /v1/conversations/{id}/typing");
        ok(&ada, &typing, Some(&json!({"active": true}))).await?;
        let sent = ada.send(id.parse()?, &NewMessage::new(format!("turn {turn}"))).await?.message;
        linus.mark_read(id.parse()?, sent.seq).await?;
        let events = everything(&mut viewer).await;
        assert_eq!(types(&events).contains(&"typing"), shows, "turn {turn}: {:?}", types(&events));
        let mut moved = events.iter().filter(|event| event.data["user_id"] == json!(linus.user_id()));
        let moved = moved.rfind(|event| event.event_type == "receipt.updated");
        let moved = &moved.context("no mark")?.data;
        let read_seq = if shows { sent.seq } else { 0 };
        assert_eq!((number(moved, "delivered_seq"), number(moved, "read_seq")), (sent.seq, read_seq));
        let opened = open(&viewer, &id).await?;
        let receipts = opened["receipts"].as_array().context("receipts")?;
        let by_user: BTreeMap<String, i64> =
            receipts.iter().map(|receipt| (text(receipt, "user_id"), number(receipt, "read_seq"))).collect();
        assert_eq!(by_user[&linus.user_id().to_string()], read_seq);
    }
    Ok(())
}

#[tokio::test]
async fn a_scope_says_what_may_be_opened_and_a_socket_how_much() -> anyhow::Result<()> {
    let stack = two_gateways(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let (ada, grace) = (person(&stack, "ada", 0).await?, person(&stack, "grace", 1).await?);
    let (room, _) = ada.create(&NewConversation::room("Engines")).await?;
    let (other, _) = ada.create(&NewConversation::room("Sails")).await?;
    let (id, other) = (room.id.to_string(), other.id.to_string());
    let code = |outcome: Result<Value, pulse_client::Error>| crate::people::code(outcome);
    let inbox = socket(&ada, "inbox").await?;
    assert_eq!(code(open(&inbox, &id).await), "forbidden");
    let only = socket(&ada, &format!("conversation:{id}")).await?;
    assert_eq!(code(open(&only, &other).await), "forbidden");
    open(&only, &id).await?;
    let outside = socket(&grace, "").await?;
    assert_eq!(code(open(&outside, &id).await), "not_a_member");
    assert_eq!(code(open(&outside, "0190a5c6-7c1f-7000-8000-000000000001").await), "not_found");
    let query = format!("scope=conversation:{id}");
    let refused = Socket::connect(grace.base_url(), &grace.session.access_token, &query).await;
    assert_eq!(crate::people::code(refused), "not_a_member");
    // What was not opened is closed all the same.
    outside.request("conversation.close", json!({"conversation_id": id})).await?;

    let all = socket(&ada, "").await?;
    let mut rooms = vec![id, other];
    while rooms.len() < 65 {
        rooms.push(
            ada.create(&NewConversation::room(format!("Room {}", rooms.len()))).await?.0.id.to_string(),
        );
    }
    for room in &rooms[..64] {
        open(&all, room).await?;
    }
    assert_eq!(code(open(&all, &rooms[64]).await), "rate_limited");
    open(&all, &rooms[0]).await?;
    all.request("conversation.close", json!({"conversation_id": rooms[1]})).await?;
    open(&all, &rooms[64]).await?;
    let (status, _) = call(&ada, &format!("GET /v1/conversations/{}", rooms[64]), None).await?;
    assert_eq!(status, 200);
    Ok(())
}

#[tokio::test]
async fn nothing_is_listened_to_for_those_who_have_gone() -> anyhow::Result<()> {
    let stack = two_gateways(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let ada = person(&stack, "ada", 0).await?;
    let grace = person(&stack, "grace", 0).await?;
    let mut rooms = Vec::new();
    for number in 0..4 {
        let (room, _) = ada.create(&NewConversation::room(format!("Room {number}"))).await?;
        grace.join(room.id).await?;
        rooms.push(room.id.to_string());
    }
    pretend_members(&stack, &rooms[3], 70).await?;
    let admin_url = stack.description()?.gateways[0].admin_url.clone();
    let listened = async || {
        let places = metric(&admin_url, "pulse_places").await?;
        let on_plane = |plane| format!("pulse_subscriptions{{plane=\"{plane}\"}}");
        let conversations = metric(&admin_url, &on_plane("conversation")).await?;
        anyhow::Ok((places, conversations, metric(&admin_url, &on_plane("inbox")).await?))
    };
    let stays = socket(&grace, "").await?;
    open(&stays, &rooms[0]).await?;
    // One that is open, and one that is large.
    until(async || Ok(listened().await? == (2.0, 2.0, 1.0))).await?;
    for round in 0..15 {
        let goes = socket(if round % 2 == 0 { &ada } else { &grace }, "").await?;
        for room in &rooms[..3] {
            let frame = json!({"type": "conversation.open", "id": "1", "data": {"conversation_id": room}});
            goes.send_text(frame.to_string()).await?;
        }
        if round % 3 == 0 {
            // Opened, closed and opened again without waiting for an answer.
            let close = json!({"conversation_id": rooms[1]});
            let (opened, _, again) = tokio::join!(
                open(&goes, &rooms[1]),
                goes.request("conversation.close", close),
                open(&goes, &rooms[1])
            );
            opened?;
            again?;
        }
    }
    until(async || Ok(listened().await? == (2.0, 2.0, 1.0))).await?;
    drop(stays);
    until(async || Ok(listened().await? == (0.0, 0.0, 0.0))).await
}
