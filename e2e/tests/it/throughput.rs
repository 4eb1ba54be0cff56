//! Many at once: repeats, order, and group commit.

use std::collections::HashSet;

use futures_util::future::try_join_all;
use pulse_client::NewMessage;

use crate::people::{code, gateway_url, message_store_metric, pair};

#[tokio::test]
async fn one_client_id_sent_50_times_over_both_gateways_is_one_message() -> anyhow::Result<()> {
    let pair = pair(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let elsewhere = pair.ada.at(&gateway_url(&pair.stack, 1)?)?;
    let message = NewMessage::new("once and only once");
    let sends = (0..50).map(|number| {
        let from = if number % 2 == 0 { &pair.ada } else { &elsewhere };
        from.send(pair.chat.id, &message)
    });
    let answers = try_join_all(sends).await?;
    let ids: HashSet<_> = answers.iter().map(|sent| sent.message.id).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(
        answers.iter().filter(|sent| !sent.replayed).count(),
        1,
        "one stored it, the others were told so"
    );
    assert_eq!(pair.grace.history(pair.chat.id).await?.len(), 1);

    let other_content = NewMessage { body: "something else".to_owned(), ..message };
    let refused = pair.ada.send(pair.chat.id, &other_content).await;
    assert_eq!(code(refused), "idempotency_mismatch");
    Ok(())
}

#[tokio::test]
async fn two_thousand_sends_of_50_senders_are_dense_and_share_commits() -> anyhow::Result<()> {
    let pair = pair(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let commits_before = message_store_metric(&pair.stack, "pulse_messages_commits_total").await?;
    // 50 senders: 25 sockets of each person (a person may have 32), half of them on the other gateway.
    let senders = try_join_all((0..50).map(async |number| {
        let person = if number % 2 == 0 { &pair.ada } else { &pair.grace };
        person.at(&gateway_url(&pair.stack, number / 2 % 2)?)?.connect().await.map_err(anyhow::Error::from)
    }))
    .await?;
    let sends = senders.iter().enumerate().map(async |(sender, socket)| {
        for number in 0..40 {
            socket.send_message(pair.chat.id, &format!("{sender}/{number}")).await?;
        }
        anyhow::Ok(())
    });
    try_join_all(sends).await?;

    let history = pair.ada.history(pair.chat.id).await?;
    let seqs: Vec<_> = history.iter().map(|message| message.seq).collect();
    assert_eq!(seqs, (1..=2000).collect::<Vec<_>>(), "dense, in order, without repeats");
    let bodies: HashSet<_> = history.iter().map(|message| &message.body).collect();
    assert_eq!(bodies.len(), 2000);
    // What one sender sent one after the other stands in that order.
    for sender in 0..50 {
        let prefix = format!("{sender}/");
        let numbers: Vec<u32> =
            history.iter().filter_map(|message| message.body.strip_prefix(&prefix)?.parse().ok()).collect();
        assert_eq!(numbers, (0..40).collect::<Vec<_>>());
    }
    let commits = message_store_metric(&pair.stack, "pulse_messages_commits_total").await? - commits_before;
    assert!(commits < 1000.0, "{commits} commits for 2000 messages: that is no group commit");
    eprintln!("2000 messages in {commits} commits");
    Ok(())
}
