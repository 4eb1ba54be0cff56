//! Who is typing: told to those who look on, on whichever gateway, until it fades, stops or is sent.

use std::time::{Duration, Instant};

use pulse_client::{NewMessage, SignedIn, Socket};
use serde_json::{Value, json};

use crate::people::{Pair, code, connect, gateway_url, pair, sign_up};
use crate::rest::{group, ok, text};

/// Longest that a sign may take to cross two gateways.
const SOON: Duration = Duration::from_secs(2);

async fn open(person: &SignedIn, conversation_id: &str) -> anyhow::Result<(Socket, Value)> {
    let socket = person.connect().await?;
    let (opened, _) =
        socket.request("conversation.open", json!({"conversation_id": conversation_id})).await?;
    Ok((socket, opened))
}

async fn typing(socket: &Socket, frame_type: &str, conversation_id: &str) -> anyhow::Result<()> {
    let (answer, _) = socket.request(frame_type, json!({"conversation_id": conversation_id})).await?;
    assert_eq!(answer, json!({}));
    Ok(())
}

/// The next sign of typing, and how long it took.
async fn next(socket: &mut Socket, within: Duration) -> anyhow::Result<(Value, Duration)> {
    let began = Instant::now();
    let event = tokio::time::timeout(within, socket.next_of("typing")).await??;
    Ok((event.data, began.elapsed()))
}

async fn is_silent(socket: &mut Socket, time: Duration) -> bool {
    tokio::time::timeout(time, socket.next_of("typing")).await.is_err()
}

/// Ada looks on at one gateway; Grace has a socket at the other.
async fn looked_on() -> anyhow::Result<(Pair, String, Socket, Socket)> {
    let pair = pair(&[]).await?;
    let chat = pair.chat.id.to_string();
    let (viewer, _) = open(&pair.ada, &chat).await?;
    let typist = pair.grace.connect().await?;
    Ok((pair, chat, viewer, typist))
}

fn sign(pair: &Pair, active: bool) -> Value {
    json!({"conversation_id": pair.chat.id, "user_id": pair.grace.user_id(), "active": active})
}

#[tokio::test]
async fn a_start_is_told_and_fades_unless_it_is_repeated() -> anyhow::Result<()> {
    let (pair, chat, mut viewer, typist) = looked_on().await?;
    let (mut own, _) = open(&pair.grace, &chat).await?;
    typing(&typist, "typing.start", &chat).await?;
    assert_eq!(next(&mut viewer, SOON).await?.0, sign(&pair, true));
    // Whoever opens it meanwhile is told, and told the end as well.
    let (mut late, opened) = open(&pair.ada, &chat).await?;
    assert_eq!(opened["typing"], json!([pair.grace.user_id()]));
    tokio::time::sleep(Duration::from_millis(1000)).await;
    typing(&typist, "typing.start", &chat).await?;
    let (faded, after) = next(&mut viewer, Duration::from_secs(8)).await?;
    assert_eq!(faded, sign(&pair, false), "a repeat that changes nothing is not told again");
    assert!((Duration::from_millis(5500)..Duration::from_millis(7000)).contains(&after), "{after:?}");
    assert_eq!(next(&mut late, SOON).await?.0, sign(&pair, false));
    assert!(is_silent(&mut own, Duration::from_millis(200)).await, "never to the typist");
    let (_, opened) = open(&pair.ada, &chat).await?;
    assert_eq!(opened["typing"], json!([]));
    Ok(())
}

#[tokio::test]
async fn a_stop_a_message_or_the_end_of_the_socket_ends_it() -> anyhow::Result<()> {
    let (pair, chat, mut viewer, typist) = looked_on().await?;
    let elsewhere = pair.grace.at(pair.ada.base_url())?;
    for way in ["typing.stop", "message.send", "rest here", "rest elsewhere", "stop by rest", "gone"] {
        let fleeting = pair.grace.connect().await?;
        let by = if way == "gone" { &fleeting } else { &typist };
        typing(by, "typing.start", &chat).await?;
        assert_eq!(next(&mut viewer, SOON).await?.0, sign(&pair, true), "{way}");
        match way {
            "typing.stop" => typing(&typist, "typing.stop", &chat).await?,
            "message.send" => drop(typist.send_message(pair.chat.id, "there").await?),
            "rest here" => drop(pair.grace.send(pair.chat.id, &NewMessage::new("there")).await?),
            "rest elsewhere" => drop(elsewhere.send(pair.chat.id, &NewMessage::new("there")).await?),
            "stop by rest" => elsewhere.typing(pair.chat.id, false).await?,
            _ => drop(fleeting),
        }
        let (ended, after) = next(&mut viewer, Duration::from_secs(4)).await?;
        assert_eq!(ended, sign(&pair, false), "{way}");
        assert!(after < SOON, "{way}: {after:?}");
    }
    assert!(is_silent(&mut viewer, Duration::from_secs(7)).await, "the end is told once");
    Ok(())
}

#[tokio::test]
async fn whoever_hides_typing_neither_shows_nor_sees_it() -> anyhow::Result<()> {
    let (pair, chat, mut viewer, typist) = looked_on().await?;
    let hidden = json!({"settings": {"send_typing": false}});
    let shown = json!({"settings": {"send_typing": true}});
    // Once shown, so that what is known of both is known.
    typing(&typist, "typing.start", &chat).await?;
    next(&mut viewer, SOON).await?;
    typing(&typist, "typing.stop", &chat).await?;
    next(&mut viewer, SOON).await?;

    ok(&pair.ada, "PATCH /v1/me", Some(&hidden)).await?;
    viewer.next_of("me.updated").await?;
    typing(&typist, "typing.start", &chat).await?;
    assert!(is_silent(&mut viewer, Duration::from_millis(500)).await, "she hides hers");
    assert_eq!(open(&pair.ada, &chat).await?.1["typing"], json!([]));
    ok(&pair.ada, "PATCH /v1/me", Some(&shown)).await?;
    viewer.next_of("me.updated").await?;
    typing(&typist, "typing.stop", &chat).await?;

    ok(&pair.grace, "PATCH /v1/me", Some(&hidden)).await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    while tokio::time::timeout(Duration::from_millis(50), viewer.next_event()).await.is_ok() {}
    typing(&typist, "typing.start", &chat).await?;
    assert!(is_silent(&mut viewer, Duration::from_millis(500)).await, "he hides his");
    Ok(())
}

#[tokio::test]
async fn the_right_to_type_ends_within_a_second() -> anyhow::Result<()> {
    let (pair, chat, mut viewer, typist) = looked_on().await?;
    typing(&typist, "typing.start", &chat).await?;
    next(&mut viewer, SOON).await?;
    ok(&pair.ada, &format!("PUT /v1/me/blocks/{}", pair.grace.user_id()), None).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let refused = typist.request("typing.start", json!({"conversation_id": chat})).await;
    assert_eq!(code(refused), "not_connected");

    // And in a group with its membership.
    let linus = sign_up(&gateway_url(&pair.stack, 1)?, "linus").await?;
    connect(&pair.ada, &linus).await?;
    let tea = text(&group(&pair.ada, "Tea", &[&linus]).await?, "id");
    let (mut viewer, _) = open(&pair.ada, &tea).await?;
    let typist = linus.connect().await?;
    typing(&typist, "typing.start", &tea).await?;
    assert_eq!(next(&mut viewer, SOON).await?.0["active"], true);
    pair.ada.remove_member(tea.parse()?, linus.user_id()).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let refused = typist.request("typing.start", json!({"conversation_id": tea})).await;
    assert_eq!(code(refused), "not_found");
    Ok(())
}
