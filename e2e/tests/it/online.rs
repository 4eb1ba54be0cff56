//! How many are online in groups and rooms: told with one of them and in the list of rooms, to strangers too.

use std::collections::BTreeMap;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pulse_client::{NewConversation, SignedIn};
use pulse_testkit::Stack;
use pulse_types::ConversationId;
use serde_json::{Value, json};

use crate::people::{connect, gateway_url, sign_up, two_gateways, until};
use crate::rest::{group, list, ok, text};

/// A person who leaves is told as such within a second and the time that a count is kept.
const SOON_GONE: &[(&str, &str)] = &[("PULSE_GATEWAY_PRESENCE_GRACE_SECONDS", "1")];

async fn in_one(person: &SignedIn, id: &str) -> anyhow::Result<Value> {
    Ok(ok(person, &format!("GET /v1/conversations/{id}"), None).await?["online_count"].clone())
}

/// What the list of rooms tells, by title.
async fn in_rooms(person: &SignedIn) -> anyhow::Result<BTreeMap<String, Value>> {
    let rooms = list(person, "/v1/rooms").await?;
    Ok(rooms.iter().map(|room| (text(room, "title"), room["online_count"].clone())).collect())
}

fn titled<const N: usize>(counts: [(&str, u32); N]) -> BTreeMap<String, Value> {
    counts.into_iter().map(|(title, count)| (title.to_owned(), json!(count))).collect()
}

async fn room(owner: &SignedIn, title: &str, guests: &[&SignedIn]) -> anyhow::Result<ConversationId> {
    let (room, _) = owner.create(&NewConversation::room(title)).await?;
    for guest in guests {
        guest.join(room.id).await?;
    }
    Ok(room.id)
}

fn signal_redis(stack: &Stack, signal: Signal) -> anyhow::Result<()> {
    Ok(kill(Pid::from_raw(i32::try_from(stack.description()?.redis.pid)?), signal)?)
}

#[tokio::test]
async fn who_comes_and_goes_is_counted_wherever_they_are_members() -> anyhow::Result<()> {
    let stack = two_gateways(SOON_GONE).await?;
    let ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let grace = sign_up(&gateway_url(&stack, 1)?, "grace").await?;
    let linus = sign_up(&gateway_url(&stack, 1)?, "linus").await?;
    connect(&ada, &grace).await?;
    let direct = ada.open_direct(grace.user_id()).await?.id.to_string();
    let tea = text(&group(&ada, "Tea", &[&grace]).await?, "id");
    let lobby = room(&ada, "Lobby", &[&grace, &linus]).await?.to_string();
    room(&ada, "Alone", &[]).await?;
    room(&linus, "Empty", &[]).await?;
    assert_eq!(in_one(&ada, &tea).await?, 0);

    let at_home = ada.connect().await?;
    let _on_the_road = ada.at(&gateway_url(&stack, 1)?)?.connect().await?;
    let socket = grace.connect().await?;
    let all = titled([("Lobby", 2), ("Alone", 1), ("Empty", 0)]);
    until(async || Ok(in_rooms(&ada).await? == all)).await?;
    until(async || Ok(in_rooms(&linus).await? == all)).await?;
    until(async || Ok(in_one(&grace, &tea).await? == 2)).await?;
    let stranger = sign_up(&gateway_url(&stack, 0)?, "mary").await?;
    assert_eq!(in_one(&stranger, &lobby).await?, 2, "from outside too");
    let open = ok(&ada, &format!("GET /v1/conversations/{lobby}/receipts"), None).await?;
    assert_eq!(open["online_count"], 2);
    assert_eq!(in_one(&ada, &direct).await?, Value::Null, "of two people it is presence that tells");
    let inbox = list(&ada, "/v1/conversations").await?;
    assert!(inbox.iter().all(|found| found.get("online_count").is_none()), "{inbox:?}");

    // Of two devices one is enough; of the last one the grace is left.
    drop(at_home);
    drop(socket);
    until(async || Ok(in_rooms(&linus).await? == titled([("Lobby", 1), ("Alone", 1), ("Empty", 0)]))).await?;
    until(async || Ok(in_one(&ada, &tea).await? == 1)).await?;
    Ok(())
}

#[tokio::test]
async fn who_hides_is_not_counted_and_without_redis_nobody_is() -> anyhow::Result<()> {
    let stack = two_gateways(&[]).await?;
    let ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let grace = sign_up(&gateway_url(&stack, 1)?, "grace").await?;
    let linus = sign_up(&gateway_url(&stack, 1)?, "linus").await?;
    // By its members the first one is counted, by those who are online the second one.
    let small = room(&ada, "Small", &[&grace]).await?.to_string();
    let large = room(&ada, "Large", &[&grace, &linus]).await?.to_string();
    let _sockets = (ada.connect().await?, grace.connect().await?);
    let both = async |expected: Value| -> anyhow::Result<()> {
        until(async || {
            Ok(in_one(&linus, &small).await? == expected && in_one(&linus, &large).await? == expected)
        })
        .await
    };
    let show = async |whom: &str| -> anyhow::Result<()> {
        let change = json!({"settings": {"show_presence": whom}});
        ok(&grace, "PATCH /v1/me", Some(&change)).await.map(drop)
    };
    both(json!(2)).await?;
    show("nobody").await?;
    both(json!(1)).await?;
    assert_eq!(in_one(&grace, &small).await?, 1, "not for herself either");
    show("connections").await?;
    both(json!(2)).await?;

    signal_redis(&stack, Signal::SIGSTOP)?;
    both(Value::Null).await?;
    assert_eq!(in_rooms(&ada).await?.into_values().collect::<Vec<_>>(), [Value::Null, Value::Null]);
    signal_redis(&stack, Signal::SIGCONT)?;
    both(json!(2)).await?;
    Ok(())
}
