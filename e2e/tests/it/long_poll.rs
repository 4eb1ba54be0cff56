//! Long polls that end otherwise than by news: the gateway drains, the session ends, the client goes away.

use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pulse_client::{Client, NewMessage, SignedIn};
use pulse_testkit::Stack;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::people::{Pair, gateway_url, metric, pair, until};
use crate::rest::{call, ok, text};

/// What answers at once does so within this time, on a busy machine; a poll waits for thirty seconds.
const AT_ONCE: Duration = Duration::from_secs(4);
/// How many polls of one user may wait at one gateway.
const OF_USER_MAX: usize = 16;

/// A poll under way: status and JSON.
fn poll(person: &SignedIn, since: &str) -> JoinHandle<anyhow::Result<(u16, Value)>> {
    let (person, operation) = (person.clone(), format!("GET /v1/sync?since={since}&wait=30"));
    tokio::spawn(async move { call(&person, &operation, None).await })
}

/// Until so many polls wait at the last gateway.
async fn until_waiting(stack: &Stack, count: usize) -> anyhow::Result<()> {
    until(async || {
        let gateways = stack.description()?.gateways;
        let admin_url = gateways.last().map(|gateway| gateway.admin_url.clone()).unwrap_or_default();
        let waiting = metric(&admin_url, "pulse_sync_waiting").await?;
        Ok(format!("{waiting:.0}") == count.to_string())
    })
    .await
}

async fn token(person: &SignedIn) -> anyhow::Result<String> {
    Ok(text(&ok(person, "GET /v1/sync", None).await?, "token"))
}

fn bodies(page: &Value) -> Vec<String> {
    let conversations = page["conversations"].as_array().into_iter().flatten();
    let messages = conversations.flat_map(|changed| changed["messages"].as_array().into_iter().flatten());
    messages.map(|message| text(message, "body")).collect()
}

/// Whether a message has reached the other one of a direct.
async fn is_delivered(sender: &SignedIn, message_id: &str) -> anyhow::Result<bool> {
    let receipts = ok(sender, &format!("GET /v1/messages/{message_id}/receipts"), None).await?;
    Ok(receipts["items"][0]["delivered"] == true)
}

#[tokio::test]
async fn a_gateway_that_drains_answers_its_polls_and_nothing_is_lost() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, chat } = pair(&[]).await?;
    let (first_url, last_url) = (gateway_url(&stack, 0)?, gateway_url(&stack, 1)?);
    let elsewhere = grace.at(&first_url)?;
    let mut since = token(&elsewhere).await?;
    for round in 0..4 {
        let polled = poll(&grace.at(&last_url)?, &since);
        until_waiting(&stack, 1).await?;
        let pid = stack.description()?.gateways[1].pid;
        let began = Instant::now();
        kill(Pid::from_raw(i32::try_from(pid)?), Signal::SIGTERM)?;
        let body = format!("round {round}");
        // At the same moment; but once not before the answer is there.
        if round > 0 {
            ada.send(chat.id, &NewMessage::new(&body)).await?;
        }
        let (status, page) = polled.await??;
        assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
        assert_eq!(status, 200, "{page}");
        if round == 0 {
            assert_eq!((&page["conversations"], &page["removed_conversation_ids"]), (&json!([]), &json!([])));
            assert_eq!((&page["relationships_changed"], &page["has_more"]), (&json!(false), &json!(false)));
            ada.send(chat.id, &NewMessage::new(&body)).await?;
        }
        // The client goes on elsewhere with the token that it was given.
        let mut heard = bodies(&page);
        since = text(&page, "token");
        let next = ok(&elsewhere, &format!("GET /v1/sync?since={since}"), None).await?;
        heard.extend(bodies(&next));
        since = text(&next, "token");
        assert_eq!(heard, [body], "once");
        until(async || Ok(stack.description()?.gateways[1].pid != pid)).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_poll_whose_session_ends_tells_so_and_nothing_else() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, chat } = pair(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let client = Client::new(&gateway_url(&stack, 1)?)?;
    let (first_url, password) = (gateway_url(&stack, 0)?, "grace keeps a long secret");
    let changed = json!({"current_password": password, "new_password": "grace keeps a longer secret"});
    let gone = json!({"password": "grace keeps a longer secret"});
    for end in ["logout", "revocation", "password", "deletion"] {
        let since = token(&grace).await?;
        let device = match end {
            "deletion" => grace.clone(),
            _ => client.login("grace", password).await?,
        };
        let polled = poll(&device, &since);
        until_waiting(&stack, 1).await?;
        let began = Instant::now();
        let by_other = grace.at(&first_url)?;
        match end {
            "logout" => device.at(&first_url)?.logout().await?,
            "revocation" => {
                let operation = format!("DELETE /v1/auth/sessions/{}", device.session.session_id);
                ok(&by_other, &operation, None).await.map(drop)?;
            }
            "password" => ok(&by_other, "POST /v1/auth/password", Some(&changed)).await.map(drop)?,
            _ => ok(&by_other, "DELETE /v1/me", Some(&gone)).await.map(drop)?,
        }
        let (status, problem) = polled.await??;
        assert!(began.elapsed() < AT_ONCE, "{end}: {:?}", began.elapsed());
        assert_eq!((status, &problem["code"]), (401, &json!("session_revoked")), "{end}: {problem}");
        until_waiting(&stack, 0).await?;
        if end != "deletion" {
            let message = ada.send(chat.id, &NewMessage::new(end)).await?.message;
            assert!(!is_delivered(&ada, &message.id.to_string()).await?, "nobody looks any more");
        }
    }
    Ok(())
}

#[tokio::test]
async fn clients_that_go_away_give_their_places_back_and_hear_nothing() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, chat } = pair(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let since = token(&grace).await?;
    for _ in 0..3 {
        let polls: Vec<_> = (0..OF_USER_MAX).map(|_| poll(&grace, &since)).collect();
        until_waiting(&stack, OF_USER_MAX).await?;
        let (status, problem) = poll(&grace, &since).await??;
        assert_eq!((status, &problem["code"]), (429, &json!("rate_limited")), "{problem}");
        // Whoever drops a request closes its connection.
        polls.iter().for_each(JoinHandle::abort);
        until_waiting(&stack, 0).await?;
    }
    let message = ada.send(chat.id, &NewMessage::new("anybody there?")).await?.message;
    assert!(!is_delivered(&ada, &message.id.to_string()).await?);
    let polled = poll(&grace, &since).await??;
    assert_eq!((polled.0, bodies(&polled.1)), (200, vec!["anybody there?".to_owned()]));
    assert!(is_delivered(&ada, &message.id.to_string()).await?);
    Ok(())
}
