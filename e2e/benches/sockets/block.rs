//! A person blocks another one who looks on: how soon that one hears nothing of them any more.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures_util::future::try_join_all;
use pulse_client::{SignedIn, Socket};
use pulse_types::UserId;
use serde_json::json;

use super::{Person, print};

/// Longest that either end may take.
const PATIENCE: Duration = Duration::from_secs(30);
const SILENCE: Duration = Duration::from_millis(20);

/// People in pairs, on both gateways: one of each types in their direct, and blocks the other, whose sockets have it open and watch.
/// Milliseconds from the answer until they are told that nobody types, and that nobody is there; after that they hear no more.
pub(super) async fn blocks(mut people: Vec<Person>) -> anyhow::Result<()> {
    let (mut typing, mut presence) = (Vec::new(), Vec::new());
    for pair in people.chunks_exact_mut(2) {
        let [blocker, blocked] = pair else { continue };
        look_on(&blocker.account, blocked).await?;
        let whom = blocked.account.user_id();
        let path = format!("/v1/me/blocks/{whom}");
        let (status, answer) = blocker.account.raw(reqwest::Method::PUT, &path, None).await?;
        anyhow::ensure!(status == 204, "{status} {answer}");
        let answered = Instant::now();
        for (of_typing, of_presence) in try_join_all(blocked.sockets.iter_mut().map(ends)).await? {
            typing.push(milliseconds(answered, of_typing));
            presence.push(milliseconds(answered, of_presence));
        }
        for (socket, status) in blocker.sockets.iter().zip(["away", "online"]) {
            socket.request("presence.set", json!({"status": status})).await?;
        }
        for socket in &mut blocked.sockets {
            hears_nothing_of(socket, blocker.account.user_id()).await?;
        }
    }
    print("blocked: who types in the direct", typing);
    print("blocked: who is there", presence);
    Ok(())
}

/// Connects them, lets the first one type, and the sockets of the other one see it.
async fn look_on(blocker: &SignedIn, blocked: &mut Person) -> anyhow::Result<()> {
    blocker.follow(blocked.account.user_id()).await?;
    let requests = blocked.account.follow_requests().await?.items;
    let request =
        requests.iter().find(|request| request.user.id == blocker.user_id()).context("a request")?;
    blocked.account.accept(request.id, true).await?;
    let direct = blocker.open_direct(blocked.account.user_id()).await?.id;
    for socket in &blocked.sockets {
        socket.request("conversation.open", json!({"conversation_id": direct})).await?;
        let watched = json!({"user_ids": [blocker.user_id()]});
        let (told, _) = socket.request("presence.watch", watched).await?;
        let status = told.pointer("/presences/0/status");
        anyhow::ensure!(status == Some(&json!("online")), "{told}");
    }
    blocker.typing(direct, true).await?;
    for socket in &mut blocked.sockets {
        let seen = tokio::time::timeout(PATIENCE, socket.next_of("typing")).await??;
        anyhow::ensure!(seen.data.get("active") == Some(&json!(true)), "{seen:?}");
    }
    Ok(())
}

/// When a socket was told that nobody types and that nobody is there.
async fn ends(socket: &mut Socket) -> anyhow::Result<(Instant, Instant)> {
    let (mut typing, mut presence) = (None, None);
    let hears = async {
        loop {
            if let (Some(typing), Some(presence)) = (typing, presence) {
                return anyhow::Ok((typing, presence));
            }
            let event = socket.next_event().await?;
            let now = Instant::now();
            match event.event_type.as_str() {
                "typing" if event.data.get("active") == Some(&json!(false)) => typing = Some(now),
                "presence.updated" if event.data.get("status") == Some(&json!("offline")) => {
                    presence = Some(now);
                }
                _ => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, hears).await.context("not told")?
}

async fn hears_nothing_of(socket: &mut Socket, user_id: UserId) -> anyhow::Result<()> {
    while let Ok(event) = tokio::time::timeout(SILENCE, socket.next_event()).await {
        let event = event?;
        let is_of_them = event.data.get("user_id") == Some(&json!(user_id));
        let may_come =
            !["typing", "presence.updated", "receipt.updated"].contains(&event.event_type.as_str());
        anyhow::ensure!(may_come || !is_of_them, "heard {event:?}");
    }
    Ok(())
}

fn milliseconds(since: Instant, until: Instant) -> f64 {
    until.saturating_duration_since(since).as_secs_f64() * 1e3
}
