//! Presence over two gateways: what a person's devices come to, what lasts, and who is told.

mod failures;
mod sight;

use std::time::{Duration, Instant};

use pulse_client::{Client, SignedIn, Socket};
use pulse_testkit::Stack;
use pulse_types::UserId;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::people::{Pair, gateway_url, pair, sign_up, until};
use crate::rest::{call, group, ok, text};

/// Whoever leaves is offline a second later, and the announcement takes a little.
const SOON_GONE: &[(&str, &str)] = &[("PULSE_GATEWAY_PRESENCE_GRACE_SECONDS", "1")];
/// What happens soon does so within this time, on a busy machine.
const SOON: Duration = Duration::from_secs(20);

/// Lets a socket watch people instead of those before; what it is told of them.
async fn watch(socket: &Socket, people: &[&SignedIn]) -> anyhow::Result<Vec<Value>> {
    let user_ids: Vec<UserId> = people.iter().map(|person| person.user_id()).collect();
    let (answer, _) = socket.request("presence.watch", json!({"user_ids": user_ids})).await?;
    Ok(answer["presences"].as_array().cloned().unwrap_or_default())
}

async fn set(socket: &Socket, status: &str) -> anyhow::Result<()> {
    let (answer, _) = socket.request("presence.set", json!({"status": status})).await?;
    anyhow::ensure!(answer == json!({}), "{answer}");
    Ok(())
}

async fn put(person: &SignedIn, status: &str) -> anyhow::Result<()> {
    ok(person, "PUT /v1/me/presence", Some(&json!({"status": status}))).await.map(drop)
}

/// What a person is told of another one when they ask.
async fn seen(viewer: &SignedIn, person: &SignedIn) -> anyhow::Result<Value> {
    let body = json!({"user_ids": [person.user_id()]});
    let mut answer = ok(viewer, "POST /v1/presence/query", Some(&body)).await?;
    Ok(answer["presences"][0].take())
}

async fn status(viewer: &SignedIn, person: &SignedIn) -> anyhow::Result<String> {
    Ok(text(&seen(viewer, person).await?, "status"))
}

/// The next thing that a socket is told of somebody's presence.
async fn told(socket: &mut Socket) -> anyhow::Result<Value> {
    Ok(timeout(SOON, socket.next_of("presence.updated")).await??.data)
}

/// The statuses that a socket is told until one of them comes, each once.
async fn told_until(socket: &mut Socket, last: &str) -> anyhow::Result<Vec<String>> {
    let mut statuses = Vec::new();
    while statuses.last().is_none_or(|status| status != last) {
        statuses.push(text(&told(socket).await?, "status"));
    }
    Ok(statuses)
}

/// Somebody's second signed-in device, at another gateway.
async fn other_device(stack: &Stack, index: usize, name: &str) -> anyhow::Result<SignedIn> {
    let client = Client::new(&gateway_url(stack, index)?)?;
    Ok(client.login(name, &format!("{name} keeps a long secret")).await?)
}

#[tokio::test]
async fn the_best_of_two_devices_is_told_once_and_what_lasts_wins() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, .. } = pair(SOON_GONE).await?;
    let mut watcher = ada.connect().await?;
    let first = watch(&watcher, &[&grace, &ada, &grace]).await?;
    let ids: Vec<_> = first.iter().map(|told| text(told, "user_id")).collect();
    assert_eq!(ids, [grace.user_id(), ada.user_id(), grace.user_id()].map(|id| id.to_string()));
    let never = json!({"user_id": grace.user_id(), "status": "offline", "last_seen_at": null});
    assert_eq!((&first[0], &first[1]["status"]), (&never, &json!("online")), "oneself as others do");

    let at_home = grace.connect().await?;
    assert_eq!(told(&mut watcher).await?["status"], "online");
    set(&at_home, "away").await?;
    assert_eq!(told(&mut watcher).await?["status"], "away");
    let road = other_device(&stack, 0, "grace").await?.connect().await?;
    assert_eq!(told(&mut watcher).await?["status"], "online", "the second device is not away");
    // Of what changes nothing for others nothing is told: the next that is heard belongs to the next change.
    for chosen in ["online", "away"] {
        set(&at_home, chosen).await?;
        assert_eq!(seen(&ada, &grace).await?["status"], "online", "the first device is {chosen}");
    }
    // Each is waited for: of changes in quick succession the last one is told.
    let changes = [
        (&road, "away", "away"),
        (&at_home, "online", "online"),
        (&road, "dnd", "dnd"),
        // What lasts is ended by any later choice, of any device.
        (&at_home, "away", "away"),
        (&road, "online", "online"),
        (&road, "away", "away"),
    ];
    for (device, chosen, expected) in changes {
        set(device, chosen).await?;
        assert_eq!(told(&mut watcher).await?["status"], expected, "after {chosen}");
    }

    let clock = async |socket: &Socket| -> anyhow::Result<String> {
        Ok(text(&socket.request("ping", json!({})).await?.0, "server_time"))
    };
    let before = clock(&watcher).await?;
    drop((at_home, road));
    let gone = told(&mut watcher).await?;
    assert_eq!(gone["status"], "offline");
    let last_seen_at = text(&gone, "last_seen_at");
    let after = clock(&watcher).await?;
    assert!(before <= last_seen_at && last_seen_at < after, "{before} {last_seen_at} {after}");
    assert_eq!(seen(&ada, &grace).await?, gone);
    assert_eq!(seen(&grace, &grace).await?, gone, "oneself as others do");
    Ok(())
}

#[tokio::test]
async fn a_reconnect_within_the_grace_is_silent() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, .. } = pair(&[("PULSE_GATEWAY_PRESENCE_GRACE_SECONDS", "4")]).await?;
    let first = grace.connect().await?;
    let mut watcher = ada.connect().await?;
    until(async || Ok(status(&ada, &grace).await? == "online")).await?;
    assert_eq!(watch(&watcher, &[&grace]).await?[0]["status"], "online");
    drop(first);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let again = grace.at(&gateway_url(&stack, 0)?)?.connect().await?;
    tokio::time::sleep(Duration::from_secs(4)).await;
    set(&again, "dnd").await?;
    assert_eq!(told_until(&mut watcher, "dnd").await?, ["dnd"]);
    let left_at = Instant::now();
    drop(again);
    assert_eq!(told_until(&mut watcher, "offline").await?, ["offline"]);
    assert!(left_at.elapsed() > Duration::from_secs(3), "{:?}", left_at.elapsed());
    Ok(())
}

#[tokio::test]
async fn whoever_is_invisible_leaves_no_trace() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, .. } = pair(SOON_GONE).await?;
    let tea = text(&group(&ada, "Tea", &[&grace]).await?, "id");
    let online =
        async || Ok::<_, anyhow::Error>(ok(&ada, &format!("GET /v1/conversations/{tea}"), None).await?);
    let socket = grace.connect().await?;
    let mut watcher = ada.connect().await?;
    until(async || Ok(status(&ada, &grace).await? == "online")).await?;
    until(async || Ok(online().await?["online_count"] == 2)).await?;
    watch(&watcher, &[&grace]).await?;

    set(&socket, "invisible").await?;
    let hidden = told(&mut watcher).await?;
    assert_eq!(hidden["status"], "offline");
    assert!(hidden["last_seen_at"].is_string());
    assert_eq!(seen(&ada, &grace).await?, hidden);
    assert_eq!(seen(&grace, &grace).await?, hidden);
    until(async || Ok(online().await?["online_count"] == 1)).await?;

    // Whatever she does now is not seen: not by events, questions, counts or the time she was last seen.
    let second = other_device(&stack, 0, "grace").await?;
    let road = second.connect().await?;
    drop(socket);
    tokio::time::sleep(Duration::from_secs(3)).await;
    drop(road);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let again = grace.connect().await?;
    set(&again, "invisible").await?;
    assert_eq!(seen(&ada, &grace).await?, hidden);
    assert_eq!(watch(&watcher, &[&grace]).await?, std::slice::from_ref(&hidden));
    assert_eq!(online().await?["online_count"], 1);
    second.logout().await?;
    assert_eq!(seen(&ada, &grace).await?, hidden, "it outlives a session");

    set(&again, "away").await?;
    assert_eq!(
        told(&mut watcher).await?,
        json!({"user_id": grace.user_id(), "status": "away", "last_seen_at": null})
    );
    until(async || Ok(online().await?["online_count"] == 2)).await?;
    Ok(())
}

#[tokio::test]
async fn clients_without_a_socket_say_how_they_are_there() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, .. } = pair(SOON_GONE).await?;
    let mut watcher = ada.connect().await?;
    watch(&watcher, &[&grace]).await?;
    for status in ["online", "away", "dnd"] {
        put(&grace, status).await?;
        assert_eq!(told(&mut watcher).await?["status"], *status);
    }
    put(&grace, "invisible").await?;
    let hidden = told(&mut watcher).await?;
    assert_eq!(hidden["status"], "offline");
    put(&grace, "online").await?;
    assert_eq!(told(&mut watcher).await?["status"], "online");
    // A socket that is away does not make it worse, for the minute that it holds.
    let socket = grace.connect().await?;
    set(&socket, "away").await?;
    drop(socket);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(status(&ada, &grace).await?, "online");

    for (body, expected) in [
        (json!({}), "status required"),
        (json!({"status": "offline"}), "status invalid"),
        (json!({"status": "online", "until": 1}), "until unknown_field"),
    ] {
        let (status, problem) = call(&grace, "PUT /v1/me/presence", Some(&body)).await?;
        let fault = &problem["errors"][0];
        assert_eq!(
            (status, format!("{} {}", text(fault, "field"), text(fault, "code"))),
            (422, expected.to_owned())
        );
    }
    let stream = crate::streams::reader::open(&gateway_url(&stack, 0)?, &grace, "scope=inbox").await?;
    put(&grace, "dnd").await?;
    assert_eq!(told(&mut watcher).await?["status"], "dnd");
    drop(stream);
    Ok(())
}

#[tokio::test]
async fn an_event_stream_counts_as_a_socket() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, .. } = pair(SOON_GONE).await?;
    let mut watcher = ada.connect().await?;
    watch(&watcher, &[&grace]).await?;
    let stream = crate::streams::reader::open(&gateway_url(&stack, 0)?, &grace, "scope=inbox").await?;
    assert_eq!(told(&mut watcher).await?["status"], "online");
    drop(stream);
    assert_eq!(told_until(&mut watcher, "offline").await?, ["offline"]);
    Ok(())
}

#[tokio::test]
async fn a_list_has_a_bound_and_takes_the_place_of_the_one_before() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, .. } = pair(SOON_GONE).await?;
    let linus = sign_up(&gateway_url(&stack, 1)?, "linus").await?;
    crate::people::connect(&ada, &linus).await?;
    let mut watcher = ada.connect().await?;
    let many = vec![grace.user_id(); 201];
    let refused = watcher.request("presence.watch", json!({"user_ids": many})).await;
    let Err(pulse_client::Error::Refused(problem)) = refused else { anyhow::bail!("{refused:?}") };
    assert_eq!((problem.code.as_str(), problem.errors[0].code.as_str()), ("validation_failed", "too_many"));
    let (answer, _) = watcher.request("presence.watch", json!({"user_ids": many[..200]})).await?;
    assert_eq!(answer["presences"].as_array().map(Vec::len), Some(200));

    watch(&watcher, &[&linus]).await?;
    put(&grace, "online").await?;
    put(&linus, "online").await?;
    assert_eq!(told(&mut watcher).await?["user_id"], json!(linus.user_id()), "nothing of her any more");
    assert_eq!(watch(&watcher, &[]).await?, Vec::<Value>::new());
    put(&linus, "away").await?;
    watch(&watcher, &[&grace]).await?;
    put(&grace, "away").await?;
    assert_eq!(told(&mut watcher).await?["user_id"], json!(grace.user_id()));
    Ok(())
}

#[tokio::test]
async fn those_who_look_on_are_told_how_many_are_online_when_it_changes() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, .. } = pair(SOON_GONE).await?;
    let tea = text(&group(&ada, "Tea", &[&grace]).await?, "id");
    let mut socket = ada.connect().await?;
    let counted = format!("GET /v1/conversations/{tea}");
    until(async || Ok(ok(&ada, &counted, None).await?["online_count"] == 1)).await?;
    let (opened, _) = socket.request("conversation.open", json!({"conversation_id": tea})).await?;
    assert_eq!(opened["online_count"], 1);
    let count = async |socket: &mut Socket| -> anyhow::Result<Value> {
        Ok(timeout(SOON, socket.next_of("presence.count")).await??.data)
    };
    let other = grace.at(&gateway_url(&stack, 1)?)?.connect().await?;
    assert_eq!(count(&mut socket).await?, json!({"conversation_id": tea, "online_count": 2}));
    set(&other, "away").await?;
    set(&other, "invisible").await?;
    assert_eq!(count(&mut socket).await?["online_count"], 1);
    set(&other, "dnd").await?;
    assert_eq!(count(&mut socket).await?["online_count"], 2);
    ok(&grace, &format!("POST /v1/conversations/{tea}/leave"), None).await?;
    assert_eq!(count(&mut socket).await?["online_count"], 1, "without her");
    Ok(())
}
