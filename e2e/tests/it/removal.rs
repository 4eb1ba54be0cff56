//! Whoever is not a member any more hears nothing that follows, also when their gateway was stopped meanwhile.

use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pulse_client::{Event, NewConversation, NewMessage, SignedIn, Socket};
use pulse_testkit::Stack;
use serde_json::json;

use crate::people::{connect, two_gateways};
use crate::planes::{await_event, everything, person, pretend_members, socket, versions};
use crate::rest::{group, number, ok, text};

/// What the contract allows.
const WITHIN: Duration = Duration::from_secs(1);

/// A gateway that says nothing and hears nothing until this is dropped.
struct Paused(Pid);

impl Paused {
    fn gateway(stack: &Stack, index: usize) -> anyhow::Result<Self> {
        let pid = Pid::from_raw(i32::try_from(stack.description()?.gateways[index].pid)?);
        kill(pid, Signal::SIGSTOP)?;
        Ok(Self(pid))
    }
}

impl Drop for Paused {
    fn drop(&mut self) {
        let _ = kill(self.0, Signal::SIGCONT);
    }
}

/// What one who is gone may hear: of the end, and nothing after it.
fn must_end(events: &[Event], id: &str, reason: &str, head: i64) {
    let after = events.iter().skip_while(|event| event.event_type != "conversation.removed");
    let after: Vec<_> = after.filter(|event| event.data.to_string().contains(id)).collect();
    assert_eq!(after.len(), 1, "{events:?}");
    assert_eq!(after[0].data, json!({"conversation_id": id, "version": head, "reason": reason}));
}

/// The rest of what happens in a conversation once somebody has left.
async fn go_on(ada: &SignedIn, id: &str) -> anyhow::Result<()> {
    for count in 0..5 {
        ada.send(id.parse()?, &NewMessage::new(format!("between us {count}"))).await?;
        ok(ada, &format!("PUT /v1/conversations/{id}/typing"), Some(&json!({"active": true}))).await?;
    }
    Ok(())
}

async fn viewers(grace: &SignedIn, id: &str) -> anyhow::Result<[Socket; 3]> {
    let sockets = [
        socket(grace, "").await?,
        socket(grace, "inbox").await?,
        socket(grace, &format!("conversation:{id}")).await?,
    ];
    sockets[0].request("conversation.open", json!({"conversation_id": id})).await?;
    Ok(sockets)
}

async fn head(ada: &SignedIn, id: &str) -> anyhow::Result<i64> {
    Ok(number(&ok(ada, &format!("GET /v1/conversations/{id}"), None).await?, "version"))
}

#[tokio::test]
async fn removed_left_and_deleted_conversations_end_on_all_sockets_within_a_second() -> anyhow::Result<()> {
    let stack = two_gateways(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let (ada, grace) = (person(&stack, "ada", 0).await?, person(&stack, "grace", 1).await?);
    connect(&ada, &grace).await?;
    for (reason, size) in
        [("removed", 0), ("left", 0), ("deleted", 0), ("removed", 70), ("left", 70), ("deleted", 70)]
    {
        let (room, _) = ada.create(&NewConversation::room("Engines")).await?;
        grace.join(room.id).await?;
        let id = room.id.to_string();
        if size > 0 {
            pretend_members(&stack, &id, size).await?;
        }
        let mut sockets = viewers(&grace, &id).await?;
        let chat = format!("/v1/conversations/{id}");
        match reason {
            "removed" => ok(&ada, &format!("DELETE {chat}/members/{}", grace.user_id()), None).await?,
            "left" => ok(&grace, &format!("POST {chat}/leave"), None).await?,
            _ => ok(&ada, &format!("DELETE {chat}"), None).await?,
        };
        let version = if reason == "deleted" { 0 } else { head(&ada, &id).await? };
        let closed = tokio::time::timeout(WITHIN, sockets[2].wait_closed()).await?;
        assert_eq!(closed, Some(1000), "{reason}, {size}");
        if reason != "deleted" {
            go_on(&ada, &id).await?;
        }
        for socket in &mut sockets {
            let events = everything(socket).await;
            let version = if reason == "deleted" { room.version + 1 } else { version };
            must_end(&events, &id, reason, version);
        }
        if reason != "deleted" {
            let again = sockets[0].request("conversation.open", json!({"conversation_id": id})).await;
            assert_eq!(crate::people::code(again), "not_a_member");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_gateway_that_was_stopped_hands_on_nothing_of_after_the_removal() -> anyhow::Result<()> {
    let stack = two_gateways(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let (ada, grace) = (person(&stack, "ada", 0).await?, person(&stack, "grace", 1).await?);
    let linus = person(&stack, "linus", 1).await?;
    connect(&ada, &grace).await?;
    connect(&ada, &linus).await?;
    for turn in 0..6 {
        let made = group(&ada, "Engines", &[&grace, &linus]).await?;
        let id = text(&made, "id");
        if turn % 2 == 1 {
            pretend_members(&stack, &id, 70).await?;
        }
        let mut sockets = viewers(&grace, &id).await?;
        let mut stays = socket(&linus, "").await?;
        stays.request("conversation.open", json!({"conversation_id": id})).await?;
        let before = number(&made, "version");
        let paused = Paused::gateway(&stack, 1)?;
        ada.send(id.parse()?, &NewMessage::new("for all of us")).await?;
        ok(&ada, &format!("DELETE /v1/conversations/{id}/members/{}", grace.user_id()), None).await?;
        go_on(&ada, &id).await?;
        tokio::time::sleep(Duration::from_millis(200)).await;
        drop(paused);
        let closed = tokio::time::timeout(WITHIN, sockets[2].wait_closed()).await?;
        assert_eq!(closed, Some(1000), "turn {turn}");
        for socket in &mut sockets {
            let events = everything(socket).await;
            // The message before, and the system message of the removal at most.
            let told = versions(&events, &id);
            assert!(told.iter().all(|version| *version <= before + 1), "turn {turn}: {events:?}");
            assert!(events.iter().all(|event| event.event_type != "typing"), "turn {turn}: {events:?}");
            must_end(&events, &id, "removed", before + 3);
        }
        // All of it, in order, for those who stay.
        let events = everything(&mut stays).await;
        assert_eq!(versions(&events, &id), (before + 1..=before + 8).collect::<Vec<_>>(), "turn {turn}");
    }
    Ok(())
}

#[tokio::test]
async fn a_block_ends_typing_and_receipts_of_the_direct_also_on_a_stopped_gateway() -> anyhow::Result<()> {
    let stack = two_gateways(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let (ada, grace) = (person(&stack, "ada", 0).await?, person(&stack, "grace", 1).await?);
    connect(&ada, &grace).await?;
    let direct = ada.open_direct(grace.user_id()).await?.id;
    let typing = format!("PUT /v1/conversations/{direct}/typing");
    let sent = ada.send(direct, &NewMessage::new("hello")).await?.message;
    ada.send(direct, &NewMessage::new("are you there?")).await?;
    let mut here = socket(&grace, "").await?;
    let mut there = socket(&ada, "").await?;
    for socket in [&here, &there] {
        socket.request("conversation.open", json!({"conversation_id": direct})).await?;
    }
    ok(&grace, &typing, Some(&json!({"active": true}))).await?;
    await_event(&mut there, "typing", |data| data["active"] == true).await?;
    grace.mark_read(direct, sent.seq).await?;
    await_event(&mut there, "receipt.updated", |_| true).await?;
    ok(&ada, &typing, Some(&json!({"active": true}))).await?;
    await_event(&mut here, "typing", |data| data["active"] == true).await?;

    let paused = Paused::gateway(&stack, 1)?;
    ok(&ada, &format!("PUT /v1/me/blocks/{}", grace.user_id()), None).await?;
    let told = await_event(&mut there, "typing", |data| data["active"] == false);
    tokio::time::timeout(WITHIN, told).await??;
    drop(paused);
    let told = await_event(&mut here, "typing", |data| data["active"] == false);
    tokio::time::timeout(WITHIN, told).await??;
    // What is left is to read.
    grace.mark_read(direct, sent.seq + 1).await?;
    here.request("conversation.open", json!({"conversation_id": direct})).await?;
    let refused = crate::rest::call(&grace, &typing, Some(&json!({"active": true}))).await?;
    assert_eq!(refused.1["code"], "not_connected");
    let events = everything(&mut there).await;
    let plane = ["typing", "receipt.updated"];
    assert!(events.iter().all(|event| !plane.contains(&event.event_type.as_str())), "{events:?}");
    Ok(())
}
