//! Limits hold over all gateways together.

use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pulse_client::{Client, NewConversation, NewMessage, SignedIn};
use serde_json::json;

use crate::people::{code, connect, gateway_url, pair, sign_up, two_gateways};
use crate::rest::call;

/// A silence that long is no busy machine any more, and so long after its return Redis counts again.
const SETTLED: Duration = Duration::from_secs(6);

#[tokio::test]
async fn twenty_messages_in_ten_seconds_are_twenty_over_all_gateways() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let elsewhere = pair.ada.at(&gateway_url(&pair.stack, 1)?)?;
    for number in 0..20 {
        pair.ada.send(pair.chat.id, &NewMessage::new(format!("{number}"))).await?;
    }
    assert_eq!(code(pair.ada.send(pair.chat.id, &NewMessage::new("one too many")).await), "rate_limited");
    assert_eq!(code(elsewhere.send(pair.chat.id, &NewMessage::new("elsewhere")).await), "rate_limited");
    // Her peer has an allowance of her own.
    pair.grace.send(pair.chat.id, &NewMessage::new("slow down")).await?;
    Ok(())
}

#[tokio::test]
async fn a_person_has_32_sockets_over_all_gateways() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let elsewhere = pair.ada.at(&gateway_url(&pair.stack, 1)?)?;
    let mut sockets = Vec::new();
    for _ in 0..16 {
        sockets.push(pair.ada.connect().await?);
        sockets.push(elsewhere.connect().await?);
    }
    // What was opened last is told to the others a moment later.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    for gateway in [&pair.ada, &elsewhere] {
        assert_eq!(code(gateway.connect().await.map(drop)), "rate_limited");
    }
    Ok(())
}

/// A forgotten password of one address may be asked for ten times; of how many tries each of two gateways in turn takes one.
async fn taken(gateways: &[&Client], address: &str, tries: usize) -> anyhow::Result<usize> {
    let mut taken = 0;
    for gateway in gateways.iter().cycle().take(tries) {
        match gateway.forgot_password(address).await {
            Ok(()) => taken += 1,
            refused => assert_eq!(code(refused), "rate_limited"),
        }
    }
    Ok(taken)
}

#[tokio::test]
async fn without_redis_each_gateway_counts_on_and_allows_half() -> anyhow::Result<()> {
    let stack = two_gateways(&[]).await?;
    let [one, other] = [Client::new(&gateway_url(&stack, 0)?)?, Client::new(&gateway_url(&stack, 1)?)?];
    assert_eq!(taken(&[&one, &other], "first@example.org", 12).await?, 10);

    // A stopped process is a host that vanished: its connections stay and say nothing.
    let redis = Pid::from_raw(i32::try_from(stack.description()?.redis.pid)?);
    kill(redis, Signal::SIGSTOP)?;
    let alone = async {
        tokio::time::sleep(SETTLED).await;
        let one = taken(&[&one], "second@example.org", 7).await?;
        let other = taken(&[&other], "second@example.org", 7).await?;
        anyhow::Ok([one, other])
    }
    .await;
    kill(redis, Signal::SIGCONT)?;
    assert_eq!(alone?, [5, 5]);

    tokio::time::sleep(SETTLED).await;
    assert_eq!(taken(&[&one, &other], "third@example.org", 12).await?, 10);
    Ok(())
}

#[tokio::test]
async fn an_operator_sets_limits_and_clients_are_told_them() -> anyhow::Result<()> {
    let stack = two_gateways(&[
        ("PULSE_MESSAGES_GROUP_MAX_MEMBERS", "3"),
        ("PULSE_MESSAGES_ROOM_MAX_MEMBERS", "2"),
        ("PULSE_GATEWAY_MESSAGES_PER_10S_CONVERSATION", "2"),
        ("PULSE_GATEWAY_SOCKETS_MAX", "1"),
    ])
    .await?;
    let url = gateway_url(&stack, 0)?;
    let (ada, grace) = (&sign_up(&url, "ada").await?, &sign_up(&url, "grace").await?);
    let (linus, ken) = (&sign_up(&url, "linus").await?, &sign_up(&url, "ken").await?);
    for friend in [grace, linus, ken] {
        connect(ada, friend).await?;
    }
    let (_, config) = call(ada, "GET /v1/config", None).await?;
    for (name, value) in [
        ("group_max_members", 3),
        ("room_max_members", 2),
        ("messages_per_10s_conversation", 2),
        ("sockets_max", 1),
    ] {
        assert_eq!(config["limits"][name], value, "{name}");
    }

    let group = |members: &[&SignedIn]| {
        let member_ids: Vec<_> = members.iter().map(|member| member.user_id()).collect();
        json!({"kind": "group", "member_ids": member_ids})
    };
    let (status, problem) = call(ada, "POST /v1/conversations", Some(&group(&[grace, linus, ken]))).await?;
    assert_eq!((status, &problem["errors"][0]["code"]), (422, &json!("too_many")), "{problem}");
    let (status, made) = call(ada, "POST /v1/conversations", Some(&group(&[grace, linus]))).await?;
    assert_eq!(status, 201, "{made}");
    let id = made["id"].as_str().unwrap_or_default();
    let (status, problem) =
        call(ada, &format!("PUT /v1/conversations/{id}/members/{}", ken.user_id()), None).await?;
    assert_eq!(status, 422, "{problem}");
    let (room, _) = ada.create(&NewConversation::room("Engines")).await?;
    grace.join(room.id).await?;
    assert_eq!(code(linus.join(room.id).await), "validation_failed");

    for body in ["one", "two"] {
        ada.send(room.id, &NewMessage::new(body)).await?;
    }
    assert_eq!(code(ada.send(room.id, &NewMessage::new("three")).await), "rate_limited");
    let _socket = ada.connect().await?;
    assert_eq!(code(ada.connect().await.map(drop)), "rate_limited");
    Ok(())
}
