//! Who is told of whose presence: connected people and members of a common group, never across a block, never of those who
//! show it to nobody; and within a second when that changes.

use std::time::Duration;

use pulse_client::{SignedIn, Socket};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{SOON, SOON_GONE, put, seen, set, status, told, watch};
use crate::people::{Pair, connect, gateway_url, pair, sign_up, two_gateways, until};
use crate::rest::{group, ok, text};

/// How long nothing may come of somebody who may not be seen.
const QUIET: Duration = Duration::from_millis(1500);

fn hidden(person: &SignedIn) -> Value {
    json!({"user_id": person.user_id(), "status": "offline", "last_seen_at": null})
}

async fn hears_nothing(watcher: &mut Socket) -> anyhow::Result<()> {
    let heard = timeout(QUIET, watcher.next_of("presence.updated")).await;
    anyhow::ensure!(heard.is_err(), "{heard:?}");
    Ok(())
}

async fn show(person: &SignedIn, setting: &str, whom: &str) -> anyhow::Result<()> {
    let change = json!({"settings": {setting: whom}});
    ok(person, "PATCH /v1/me", Some(&change)).await.map(drop)
}

#[tokio::test]
async fn a_connection_that_begins_or_ends_is_seen_at_once() -> anyhow::Result<()> {
    let stack = two_gateways(SOON_GONE).await?;
    let ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let grace = sign_up(&gateway_url(&stack, 1)?, "grace").await?;
    let socket = grace.connect().await?;
    until(async || Ok(status(&grace, &grace).await? == "online")).await?;
    let mut watcher = ada.connect().await?;
    assert_eq!(watch(&watcher, &[&grace]).await?, [hidden(&grace)]);
    assert_eq!(seen(&ada, &grace).await?, hidden(&grace));
    set(&socket, "away").await?;
    hears_nothing(&mut watcher).await?;

    connect(&ada, &grace).await?;
    assert_eq!(told(&mut watcher).await?["status"], "away");
    ok(&ada, &format!("DELETE /v1/users/{}/follow", grace.user_id()), None).await?;
    assert_eq!(told(&mut watcher).await?, hidden(&grace));
    set(&socket, "online").await?;
    set(&socket, "dnd").await?;
    hears_nothing(&mut watcher).await?;
    assert_eq!(seen(&ada, &grace).await?, hidden(&grace));
    Ok(())
}

#[tokio::test]
async fn a_common_group_is_enough_and_a_common_room_is_not() -> anyhow::Result<()> {
    let stack = two_gateways(SOON_GONE).await?;
    let ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let grace = sign_up(&gateway_url(&stack, 1)?, "grace").await?;
    let linus = sign_up(&gateway_url(&stack, 1)?, "linus").await?;
    connect(&ada, &grace).await?;
    connect(&ada, &linus).await?;
    put(&linus, "online").await?;
    let mut watcher = grace.connect().await?;
    assert_eq!(watch(&watcher, &[&linus]).await?, [hidden(&linus)]);
    let room = json!({"kind": "room", "title": "Lobby"});
    let lobby = text(&ok(&grace, "POST /v1/conversations", Some(&room)).await?, "id");
    ok(&linus, &format!("POST /v1/conversations/{lobby}/join"), None).await?;
    hears_nothing(&mut watcher).await?;

    let tea = text(&group(&ada, "Tea", &[&grace, &linus]).await?, "id");
    assert_eq!(told(&mut watcher).await?["status"], "online");
    ok(&linus, &format!("POST /v1/conversations/{tea}/leave"), None).await?;
    assert_eq!(told(&mut watcher).await?, hidden(&linus));
    let path = format!("/v1/conversations/{tea}/members/{}", linus.user_id());
    ok(&ada, &format!("PUT {path}"), None).await?;
    assert_eq!(told(&mut watcher).await?["status"], "online");
    let own = format!("DELETE /v1/conversations/{tea}/members/{}", grace.user_id());
    ok(&ada, &own, None).await?;
    assert_eq!(told(&mut watcher).await?, hidden(&linus), "she was removed herself");
    Ok(())
}

#[tokio::test]
async fn members_of_a_large_group_see_one_another_as_long_as_they_are_in_it() -> anyhow::Result<()> {
    let stack = two_gateways(SOON_GONE).await?;
    let ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let grace = sign_up(&gateway_url(&stack, 1)?, "grace").await?;
    let linus = sign_up(&gateway_url(&stack, 1)?, "linus").await?;
    connect(&ada, &grace).await?;
    connect(&ada, &linus).await?;
    let crowd = text(&group(&ada, "Crowd", &[&grace, &linus]).await?, "id");
    crate::planes::pretend_members(&stack, &crowd, 70).await?;
    put(&linus, "online").await?;
    // Its events come on the conversation's own subject, which every socket of a member is told of when it is opened.
    let mut watcher = grace.connect().await?;
    assert_eq!(watch(&watcher, &[&linus]).await?[0]["status"], "online");
    ok(&linus, &format!("POST /v1/conversations/{crowd}/leave"), None).await?;
    assert_eq!(told(&mut watcher).await?, hidden(&linus));
    let path = format!("/v1/conversations/{crowd}/members/{}", linus.user_id());
    ok(&ada, &format!("PUT {path}"), None).await?;
    assert_eq!(told(&mut watcher).await?["status"], "online");
    Ok(())
}

#[tokio::test]
async fn nothing_crosses_a_block_either_way() -> anyhow::Result<()> {
    let Pair { stack: _stack, ada, grace, .. } = pair(SOON_GONE).await?;
    group(&ada, "Tea", &[&grace]).await?;
    let (mut of_ada, mut of_grace) = (ada.connect().await?, grace.connect().await?);
    until(async || Ok(status(&ada, &grace).await? == "online" && status(&grace, &ada).await? == "online"))
        .await?;
    watch(&of_ada, &[&grace]).await?;
    watch(&of_grace, &[&ada]).await?;
    ok(&ada, &format!("PUT /v1/me/blocks/{}", grace.user_id()), None).await?;
    assert_eq!(told(&mut of_ada).await?, hidden(&grace));
    assert_eq!(told(&mut of_grace).await?, hidden(&ada));
    set(&of_ada, "away").await?;
    set(&of_grace, "dnd").await?;
    hears_nothing(&mut of_ada).await?;
    hears_nothing(&mut of_grace).await?;
    assert_eq!(seen(&ada, &grace).await?, hidden(&grace));
    assert_eq!(seen(&grace, &ada).await?, hidden(&ada));

    // The group is still there.
    ok(&ada, &format!("DELETE /v1/me/blocks/{}", grace.user_id()), None).await?;
    assert_eq!(told(&mut of_ada).await?["status"], "dnd");
    assert_eq!(told(&mut of_grace).await?["status"], "away");
    Ok(())
}

#[tokio::test]
async fn whoever_shows_it_to_nobody_is_offline_to_everybody() -> anyhow::Result<()> {
    let Pair { stack: _stack, ada, grace, .. } = pair(SOON_GONE).await?;
    let socket = grace.connect().await?;
    let mut watcher = ada.connect().await?;
    until(async || Ok(status(&ada, &grace).await? == "online")).await?;
    watch(&watcher, &[&grace]).await?;
    show(&grace, "show_presence", "nobody").await?;
    assert_eq!(seen(&ada, &grace).await?, hidden(&grace), "as soon as it is answered");
    assert_eq!(told(&mut watcher).await?, hidden(&grace));
    set(&socket, "away").await?;
    hears_nothing(&mut watcher).await?;
    assert_eq!(seen(&grace, &grace).await?, hidden(&grace), "oneself as others do");
    show(&grace, "show_presence", "connections").await?;
    assert_eq!(told(&mut watcher).await?["status"], "away");

    show(&grace, "show_last_seen", "nobody").await?;
    drop(socket);
    assert_eq!(told(&mut watcher).await?, hidden(&grace), "gone, and nobody knows since when");
    show(&grace, "show_last_seen", "connections").await?;
    let gone = timeout(SOON, watcher.next_of("presence.updated")).await??.data;
    assert!(gone["status"] == "offline" && gone["last_seen_at"].is_string(), "{gone}");
    Ok(())
}
