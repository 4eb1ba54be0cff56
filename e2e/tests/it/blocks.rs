//! Blocks, mutes, reports and followers through the public door, and that an answered block holds for every later send.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use pulse_client::{NewMessage, SignedIn};
use serde_json::json;
use sqlx::{Connection as _, PgConnection};

use crate::people::{code, connect, gateway_url, pair, sign_up, two_gateways, until};
use crate::rest::{call, list, number, ok, text};

/// Rounds of the race; `make race` asks for 10,000.
const ROUNDS: &str = "PULSE_RACE_ROUNDS";
const ROUNDS_DEFAULT: u64 = 30;
/// Pairs of people who race beside one another.
const PAIRS: u64 = 2;

#[tokio::test]
async fn to_the_blocked_the_blocker_is_nobody_and_to_the_blocker_the_blocked_is_shown_as_such()
-> anyhow::Result<()> {
    let pair = pair(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let (ada, grace) = (&pair.ada, &pair.grace);
    ada.send(pair.chat.id, &NewMessage::new("hello")).await?;
    let said = ok(ada, &format!("GET /v1/conversations/{}/messages", pair.chat.id), None).await?;
    let message_id = text(&said["items"][0], "id");
    let mut of_grace = grace.connect().await?;
    ok(ada, &format!("PUT /v1/me/blocks/{}", grace.user_id()), None).await?;
    ok(ada, &format!("PUT /v1/me/blocks/{}", grace.user_id()), None).await?;

    let told = of_grace.next_of("relationship.updated").await?;
    assert_eq!(told.data, json!({"user_id": ada.user_id(), "user": null}));
    let hidden = [
        format!("GET /v1/users/{}", ada.user_id()),
        "GET /v1/users/by-username/ada".to_owned(),
        format!("POST /v1/users/{}/follow", ada.user_id()),
        format!("DELETE /v1/users/{}/follow", ada.user_id()),
        format!("GET /v1/users/{}/followers", ada.user_id()),
        format!("GET /v1/users/{}/following", ada.user_id()),
        format!("DELETE /v1/me/followers/{}", ada.user_id()),
        format!("PUT /v1/me/mutes/{}", ada.user_id()),
    ];
    for operation in &hidden {
        let (status, answer) = call(grace, operation, None).await?;
        assert_eq!((status, answer["code"].as_str()), (404, Some("not_found")), "{operation}");
    }
    let direct = json!({"kind": "direct", "member_ids": [ada.user_id()]});
    assert_eq!(call(grace, "POST /v1/conversations", Some(&direct)).await?.0, 404);
    assert_eq!(code(grace.send(pair.chat.id, &NewMessage::new("?")).await), "not_connected");
    assert!(list(grace, "/v1/users?q=ada").await?.is_empty());
    assert!(ok(grace, "GET /v1/conversations", None).await?["items"][0]["peer"].is_null());

    let seen = ok(ada, &format!("GET /v1/users/{}", grace.user_id()), None).await?;
    assert_eq!(seen["relationship"]["blocking"], true);
    assert_eq!(list(ada, "/v1/me/blocks").await?[0]["username"], "grace");
    assert!(list(ada, "/v1/users?q=grace").await?.is_empty());
    let (status, answer) = call(ada, &format!("POST /v1/users/{}/follow", grace.user_id()), None).await?;
    assert_eq!((status, answer["code"].as_str()), (403, Some("forbidden")));
    let direct = json!({"kind": "direct", "member_ids": [grace.user_id()]});
    let (status, answer) = call(ada, "POST /v1/conversations", Some(&direct)).await?;
    assert_eq!((status, answer["code"].as_str()), (403, Some("not_connected")));

    // With a message that she sees the blocker stays reportable, without one not.
    let report = json!({"user_id": ada.user_id(), "reason": "harassment"});
    assert_eq!(call(grace, "POST /v1/reports", Some(&report)).await?.0, 404);
    let report = json!({"user_id": ada.user_id(), "message_id": message_id, "reason": "harassment", "detail": " that "});
    let (status, answer) = call(grace, "POST /v1/reports", Some(&report)).await?;
    assert_eq!(status, 201, "{answer}");
    let reports = [
        (json!({"user_id": grace.user_id(), "message_id": message_id, "reason": "spam"}), 422, "message_id"),
        (json!({"user_id": ada.user_id(), "message_id": grace.user_id(), "reason": "spam"}), 422, "user_id"),
        (json!({"user_id": grace.user_id(), "reason": "boring"}), 422, "reason"),
        (json!({"user_id": grace.user_id(), "reason": "spam", "detail": "x".repeat(2001)}), 422, "detail"),
        (json!({"user_id": grace.user_id(), "message_id": ada.user_id(), "reason": "spam"}), 404, ""),
    ];
    for (report, expected, field) in reports {
        let (status, answer) = call(ada, "POST /v1/reports", Some(&report)).await?;
        let fields = answer["errors"][0]["field"].as_str().unwrap_or_default();
        assert_eq!((status, fields), (expected, field), "{report}");
    }

    ok(ada, &format!("DELETE /v1/me/blocks/{}", grace.user_id()), None).await?;
    assert!(list(ada, "/v1/me/blocks").await?.is_empty());
    connect(grace, ada).await?;
    ok(grace, &format!("PUT /v1/me/mutes/{}", ada.user_id()), None).await?;
    assert_eq!(list(grace, "/v1/me/mutes").await?[0]["relationship"]["muting"], true);
    ok(grace, &format!("DELETE /v1/me/mutes/{}", ada.user_id()), None).await?;
    for side in ["followers", "following"] {
        let path = format!("/v1/users/{}/{side}", ada.user_id());
        assert_eq!(list(grace, &path).await?[0]["username"], "grace", "{side}");
    }
    ok(ada, &format!("DELETE /v1/me/followers/{}", grace.user_id()), None).await?;
    assert_eq!(code(ada.send(pair.chat.id, &NewMessage::new("?")).await), "not_connected");
    Ok(())
}

/// In each round both send as fast as they can, over both gateways, when one of them blocks the other one. What stands when
/// the block is answered is all that ever stands.
#[tokio::test]
async fn no_send_commits_after_an_answered_block() -> anyhow::Result<()> {
    let rounds = std::env::var(ROUNDS).ok().map(|text| text.parse()).transpose()?.unwrap_or(ROUNDS_DEFAULT);
    // The long form outlives an access token.
    let settings = [("PULSE_GATEWAY_RATE_LIMITS", "off"), ("PULSE_AUTH_ACCESS_TOKEN_TTL_SECONDS", "3600")];
    let stack = two_gateways(&settings).await?;
    let racing = (0..PAIRS).map(async |number| {
        let ada = sign_up(&gateway_url(&stack, 0)?, &format!("ada{number}")).await?;
        let grace = sign_up(&gateway_url(&stack, 1)?, &format!("grace{number}")).await?;
        for person in [&ada, &grace] {
            let open = json!({"settings": {"approve_follows": false}});
            ok(person, "PATCH /v1/me", Some(&open)).await?;
        }
        let mut refused_under_way = 0;
        for round in 0..rounds / PAIRS {
            refused_under_way += race(&ada, &grace, round).await.with_context(|| format!("round {round}"))?;
        }
        Ok::<_, anyhow::Error>(refused_under_way)
    });
    let refused_under_way: usize = futures_util::future::try_join_all(racing).await?.into_iter().sum();
    anyhow::ensure!(refused_under_way > 0, "no send was ever under way: this proves nothing");
    Ok(())
}

/// One round; how many senders were refused by a block that was not answered when they sent.
async fn race(ada: &SignedIn, grace: &SignedIn, round: u64) -> anyhow::Result<usize> {
    ada.follow(grace.user_id()).await?;
    anyhow::ensure!(grace.follow(ada.user_id()).await?.connected, "not connected");
    let chat = ada.open_direct(grace.user_id()).await?.id;
    let (blocker, blocked) = if round.is_multiple_of(2) { (ada, grace) } else { (grace, ada) };
    let is_answered = AtomicBool::new(false);
    let sending = async |sender: &SignedIn| {
        loop {
            let was_answered = is_answered.load(Ordering::SeqCst);
            match sender.send(chat, &NewMessage::new("now")).await {
                Ok(_) => anyhow::ensure!(!was_answered, "sent after the answer, and accepted"),
                Err(error) => {
                    anyhow::ensure!(error.code() == Some("not_connected"), "{error}");
                    return Ok(!was_answered);
                }
            }
        }
    };
    let last_seq = async || {
        let conversation = ok(blocker, &format!("GET /v1/conversations/{chat}"), None).await?;
        Ok::<_, anyhow::Error>(number(&conversation, "last_seq"))
    };
    let blocking = async {
        tokio::time::sleep(Duration::from_millis(round % 11)).await;
        ok(blocker, &format!("PUT /v1/me/blocks/{}", blocked.user_id()), None).await?;
        is_answered.store(true, Ordering::SeqCst);
        last_seq().await
    };
    let (at_the_answer, one, two, three) =
        tokio::try_join!(blocking, sending(blocked), sending(blocked), sending(blocker))?;
    let in_the_end = last_seq().await?;
    anyhow::ensure!(in_the_end == at_the_answer, "{in_the_end} messages, {at_the_answer} at the answer");
    ok(blocker, &format!("DELETE /v1/me/blocks/{}", blocked.user_id()), None).await?;
    Ok([one, two, three].into_iter().filter(|under_way| *under_way).count())
}

/// The table of people is locked against writers: message-store runs and answers, and can't learn of anybody.
#[tokio::test]
async fn people_who_are_not_connected_are_told_so_while_message_store_has_not_learnt_of_one_of_them()
-> anyhow::Result<()> {
    let stack = two_gateways(&[]).await?;
    let ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let url = stack.description()?.postgres.url;
    let (server, _) = url.rsplit_once('/').context("no database in the address")?;
    let mut superuser = PgConnection::connect(&format!("{server}/messages")).await?;
    let known = "SELECT count(*) FROM people";
    until(async || Ok(sqlx::query_scalar::<_, i64>(known).fetch_one(&mut superuser).await? == 1)).await?;
    let mut held = superuser.begin().await?;
    sqlx::query("LOCK TABLE people IN SHARE MODE").execute(&mut *held).await?;

    let grace = sign_up(&gateway_url(&stack, 1)?, "grace").await?;
    let open = async |one: &SignedIn, other: &SignedIn| {
        let direct = json!({"kind": "direct", "member_ids": [other.user_id()]});
        let (status, answer) = call(one, "POST /v1/conversations", Some(&direct)).await?;
        Ok::<_, anyhow::Error>((status, text(&answer, "code")))
    };
    let not_connected = (403, "not_connected".to_owned());
    assert_eq!(open(&ada, &grace).await?, not_connected);
    assert_eq!(open(&grace, &ada).await?, not_connected);
    let count: i64 = sqlx::query_scalar(known).fetch_one(&mut *held).await?;
    assert_eq!(count, 1, "it has not learnt of her: this proves something");
    held.commit().await?;

    until(async || Ok(sqlx::query_scalar::<_, i64>(known).fetch_one(&mut superuser).await? == 2)).await?;
    assert_eq!(open(&ada, &grace).await?, not_connected);
    connect(&ada, &grace).await?;
    assert_eq!(open(&ada, &grace).await?.0, 201);
    Ok(())
}

/// Message-store can't learn of anybody until both are connected: an answered connection is one that can be used.
#[tokio::test]
async fn people_who_have_just_signed_up_can_write_as_soon_as_they_are_connected() -> anyhow::Result<()> {
    let stack = two_gateways(&[]).await?;
    let url = stack.description()?.postgres.url;
    let (server, _) = url.rsplit_once('/').context("no database in the address")?;
    let mut superuser = PgConnection::connect(&format!("{server}/messages")).await?;
    let ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let mut held = superuser.begin().await?;
    sqlx::query("LOCK TABLE people IN SHARE MODE").execute(&mut *held).await?;
    let grace = sign_up(&gateway_url(&stack, 1)?, "grace").await?;
    let connected = async {
        ada.follow(grace.user_id()).await?;
        let requests = grace.follow_requests().await?;
        let request = requests.items.first().context("no request")?;
        grace.accept(request.id, true).await?;
        // At once, not after the lock is given back.
        anyhow::Ok(ada.open_direct(grace.user_id()).await?)
    };
    let release = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        anyhow::Ok(held.commit().await?)
    };
    tokio::try_join!(connected, release)?;
    Ok(())
}
