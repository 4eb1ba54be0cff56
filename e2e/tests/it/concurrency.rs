//! Many at once, seen from outside: one direct chat for two people, and positions and versions without gaps.

use std::collections::BTreeSet;

use futures_util::future::try_join_all;
use pulse_client::SignedIn;
use serde_json::{Value, json};

use crate::people::{connect, gateway_url, sign_up, two_gateways};
use crate::rest::{call, group, history, number, ok, text};

/// Three connected people on two gateways.
struct Three {
    _stack: pulse_testkit::Stack,
    people: [SignedIn; 3],
}

async fn three() -> anyhow::Result<Three> {
    let stack = two_gateways(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let grace = sign_up(&gateway_url(&stack, 1)?, "grace").await?;
    let linus = sign_up(&gateway_url(&stack, 1)?, "linus").await?;
    connect(&ada, &grace).await?;
    connect(&ada, &linus).await?;
    Ok(Three { _stack: stack, people: [ada, grace, linus] })
}

async fn send(person: &SignedIn, conversation_id: &str, body: &str) -> anyhow::Result<Value> {
    let message = json!(pulse_client::NewMessage::new(body));
    let path = format!("POST /v1/conversations/{conversation_id}/messages");
    let (status, answer) = call(person, &path, Some(&message)).await?;
    anyhow::ensure!(status == 201, "{status} {answer}");
    Ok(answer)
}

/// Every number of the range once, and no other.
fn assert_dense(mut numbers: Vec<i64>, first: i64, last: i64) {
    numbers.sort_unstable();
    assert_eq!(numbers, (first..=last).collect::<Vec<_>>(), "dense, without repeats");
}

#[tokio::test]
async fn twenty_creations_of_one_direct_chat_at_once_give_one() -> anyhow::Result<()> {
    let three = three().await?;
    let [ada, grace, _] = &three.people;
    let answers = try_join_all((0..20).map(async |number| {
        let (from, to) = if number % 2 == 0 { (ada, grace) } else { (grace, ada) };
        let body = json!({"kind": "direct", "member_ids": [to.user_id()]});
        call(from, "POST /v1/conversations", Some(&body)).await
    }))
    .await?;
    let mut statuses: Vec<_> = answers.iter().map(|(status, _)| *status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![200; 19], vec![201]].concat(), "one made it, the others found it");
    let ids: BTreeSet<_> = answers.iter().map(|(_, direct)| text(direct, "id")).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    for person in [ada, grace] {
        let inbox = ok(person, "GET /v1/conversations", None).await?;
        assert_eq!(inbox["items"].as_array().map(Vec::len), Some(1), "{inbox}");
    }
    Ok(())
}

#[tokio::test]
async fn fifty_sends_at_once_are_dense_in_seq_and_in_version() -> anyhow::Result<()> {
    let three = three().await?;
    let [ada, grace, linus] = &three.people;
    let made = group(ada, "many at once", &[grace, linus]).await?;
    let id = text(&made, "id");
    let sent = try_join_all(
        (0..50).map(async |number| send(&three.people[number % 3], &id, &number.to_string()).await),
    )
    .await?;
    let (seq, version) = (number(&made, "last_seq"), number(&made, "version"));
    assert_dense(sent.iter().map(|message| number(message, "seq")).collect(), seq + 1, seq + 50);
    assert_dense(sent.iter().map(|message| number(message, "version")).collect(), version + 1, version + 50);
    for message in &sent {
        assert_eq!(
            number(message, "seq") - seq,
            number(message, "version") - version,
            "one order: {message}"
        );
    }
    let now = ok(linus, &format!("GET /v1/conversations/{id}"), None).await?;
    assert_eq!((number(&now, "last_seq"), number(&now, "version")), (seq + 50, version + 50));
    let bodies: BTreeSet<_> =
        history(grace, &id).await?.iter().map(|message| text(message, "body")).collect();
    assert!((0..50).all(|number| bodies.contains(&number.to_string())), "{bodies:?}");
    Ok(())
}

/// What happens to the twenty first messages while others are sent: each a change of its own.
async fn meddle(
    people: &[SignedIn; 3],
    conversation_id: &str,
    number: usize,
    message: &Value,
) -> anyhow::Result<()> {
    let id = text(message, "id");
    let sender = &people[number % 3];
    match number % 4 {
        0 => {
            ok(
                sender,
                &format!("PATCH /v1/messages/{id}"),
                Some(&json!({"body": format!("edited {number}")})),
            )
            .await
        }
        1 => ok(sender, &format!("DELETE /v1/messages/{id}"), None).await,
        2 => {
            ok(&people[(number + 1) % 3], &format!("PUT /v1/messages/{id}/reactions/%F0%9F%91%8D"), None)
                .await
        }
        // The change itself and its system message.
        _ => {
            let title = json!({"title": format!("title {number}")});
            ok(&people[0], &format!("PATCH /v1/conversations/{conversation_id}"), Some(&title)).await
        }
    }
    .map(drop)
}

#[tokio::test]
async fn sends_edits_deletions_reactions_and_renames_at_once_leave_no_gap() -> anyhow::Result<()> {
    let three = three().await?;
    let [ada, grace, linus] = &three.people;
    let id = text(&group(ada, "all at once", &[grace, linus]).await?, "id");
    let mut first = Vec::new();
    for number in 0..20 {
        first.push(send(&three.people[number % 3], &id, "as it was").await?);
    }
    let before = ok(ada, &format!("GET /v1/conversations/{id}"), None).await?;
    let (seq, version) = (number(&before, "last_seq"), number(&before, "version"));

    let sends = try_join_all((0..30).map(|number| send(&three.people[number % 3], &id, "meanwhile")));
    let changes = try_join_all(
        first.iter().enumerate().map(|(number, message)| meddle(&three.people, &id, number, message)),
    );
    let (sent, changed) = tokio::join!(sends, changes);
    changed?;

    // 30 sends, 5 edits, 5 deletions, 5 reactions, and 5 renames with a system message each.
    let now = ok(grace, &format!("GET /v1/conversations/{id}"), None).await?;
    assert_eq!((number(&now, "last_seq"), number(&now, "version")), (seq + 35, version + 55));
    let history = history(linus, &id).await?;
    assert_dense(history.iter().map(|message| number(message, "seq")).collect(), 1, seq + 35);
    let versions: BTreeSet<_> = history.iter().map(|message| number(message, "version")).collect();
    assert_eq!(versions.len(), history.len(), "no two messages were changed at one version");
    // Only the renames themselves changed no message.
    let after = versions.iter().filter(|changed| **changed > version).count();
    assert_eq!(after, 50, "{versions:?}");
    for message in sent? {
        let stored = history.iter().find(|other| other["id"] == message["id"]);
        assert_eq!(stored, Some(&message), "as it was answered");
    }
    Ok(())
}
