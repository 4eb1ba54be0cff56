//! What a gateway does when its own wire to the bus broke: it asks at once what it missed, and who may still look on.

use std::time::Duration;

use pulse_client::{Event, NewConversation, NewMessage, SignedIn, Socket};
use pulse_gateway::domain::certainty::Times;
use serde_json::json;

use crate::beside::Beside;

/// The wire is tried again every 2 s at the latest; then everybody is asked about, and what is behind looked at again after 1 s.
const SOON: Duration = Duration::from_secs(7);

async fn socket(beside: &Beside, person: &SignedIn, query: &str) -> anyhow::Result<Socket> {
    Ok(Socket::connect(&beside.url, &person.session.access_token, query).await?)
}

/// Everything that comes until this type has come, or the time is over.
async fn until_of(socket: &mut Socket, event_type: &str, within: Duration) -> Vec<Event> {
    let deadline = tokio::time::Instant::now() + within;
    let mut events = Vec::new();
    while let Ok(Ok(event)) = tokio::time::timeout_at(deadline, socket.next_event()).await {
        let is_it = event.event_type == event_type;
        events.push(event);
        if is_it {
            break;
        }
    }
    events
}

fn has(events: &[Event], event_type: &str) -> bool {
    events.iter().any(|event| event.event_type == event_type)
}

#[tokio::test]
async fn after_its_own_return_to_the_bus_it_tells_at_once_what_was_missed_and_nothing_else()
-> anyhow::Result<()> {
    let beside = Beside::start(Times::default()).await?;
    let (ada, grace) = (beside.sign_up("ada").await?, beside.sign_up("grace").await?);
    let linus = beside.sign_up("linus").await?;
    let (room, _) = ada.create(&NewConversation::room("Engines")).await?;
    grace.join(room.id).await?;
    let (other, _) = linus.create(&NewConversation::room("Sails")).await?;
    let mut missing = socket(&beside, &grace, "").await?;
    let mut quiet = socket(&beside, &linus, "").await?;
    ada.send(room.id, &NewMessage::new("arrives")).await?;
    assert!(has(&until_of(&mut missing, "message.created", SOON).await, "message.created"));
    linus.send(other.id, &NewMessage::new("arrives as well")).await?;
    assert!(has(&until_of(&mut quiet, "message.created", SOON).await, "message.created"));

    beside.nats.cut();
    tokio::time::sleep(Duration::from_millis(300)).await;
    ada.send(room.id, &NewMessage::new("does not arrive")).await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    beside.nats.restore();
    let events = until_of(&mut missing, "sync.required", SOON).await;
    let told = events.iter().find(|event| event.event_type == "sync.required");
    assert_eq!(
        told.map(|event| event.data.clone()),
        Some(json!({"conversation_ids": [room.id]})),
        "{events:?}"
    );
    assert!(!has(&until_of(&mut quiet, "sync.required", Duration::from_secs(1)).await, "sync.required"));

    // Nothing was missed this time.
    beside.nats.cut();
    tokio::time::sleep(Duration::from_millis(300)).await;
    beside.nats.restore();
    for socket in [&mut missing, &mut quiet] {
        assert!(!has(&until_of(socket, "sync.required", SOON).await, "sync.required"));
    }
    ada.send(room.id, &NewMessage::new("arrives again")).await?;
    assert!(has(&until_of(&mut missing, "message.created", SOON).await, "message.created"));
    Ok(())
}

#[tokio::test]
async fn whoever_was_removed_while_the_bus_was_away_sees_nothing_when_it_is_back() -> anyhow::Result<()> {
    let beside = Beside::start(Times::default()).await?;
    let (ada, grace) = (beside.sign_up("ada").await?, beside.sign_up("grace").await?);
    let linus = beside.sign_up("linus").await?;
    let (room, _) = ada.create(&NewConversation::room("Engines")).await?;
    grace.join(room.id).await?;
    linus.join(room.id).await?;
    let mut viewer = socket(&beside, &grace, "").await?;
    let mut only = socket(&beside, &grace, &format!("scope=conversation:{}", room.id)).await?;
    let mut stays = socket(&beside, &linus, "").await?;
    for socket in [&viewer, &stays] {
        socket.request("conversation.open", json!({"conversation_id": room.id})).await?;
    }
    beside.nats.cut();
    tokio::time::sleep(Duration::from_millis(300)).await;
    ada.remove_member(room.id, grace.user_id()).await?;
    beside.nats.restore();
    // Somebody types all the while the wire comes back.
    let typing = async {
        for _ in 0..40 {
            let path = format!("/v1/conversations/{}/typing", room.id);
            ada.raw(reqwest::Method::PUT, &path, Some(&json!({"active": true}))).await?;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        anyhow::Ok(())
    };
    let hearing = until_of(&mut viewer, "never", Duration::from_secs(4));
    let (typed, events) = tokio::join!(typing, hearing);
    typed?;
    assert!(!has(&events, "typing"), "{events:?}");
    assert!(has(&events, "sync.required"), "{events:?}");
    assert_eq!(tokio::time::timeout(SOON, only.wait_closed()).await?, Some(1000));
    assert!(!has(&until_of(&mut only, "never", Duration::from_millis(100)).await, "typing"));
    assert!(has(&until_of(&mut stays, "typing", SOON).await, "typing"), "for those who stay it goes on");
    Ok(())
}

#[tokio::test]
async fn what_was_missed_while_message_store_was_away_too_is_found_out_once_it_is_back() -> anyhow::Result<()>
{
    let beside = Beside::start(Times::default()).await?;
    let (ada, grace) = (beside.sign_up("ada").await?, beside.sign_up("grace").await?);
    let (room, _) = ada.create(&NewConversation::room("Engines")).await?;
    grace.join(room.id).await?;
    let mut missing = socket(&beside, &grace, "").await?;
    beside.nats.cut();
    beside.message_store.cut();
    tokio::time::sleep(Duration::from_millis(300)).await;
    ada.send(room.id, &NewMessage::new("does not arrive")).await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    beside.nats.restore();
    // Questions fail meanwhile, also the one after the return of the bus.
    let events = until_of(&mut missing, "sync.required", Duration::from_secs(5)).await;
    assert!(!has(&events, "sync.required") && !has(&events, "message.created"), "{events:?}");
    beside.message_store.restore();
    let events = until_of(&mut missing, "sync.required", Duration::from_secs(15)).await;
    assert!(has(&events, "sync.required"), "{events:?}");
    Ok(())
}
