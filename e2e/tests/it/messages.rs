//! What happens to messages after they were sent, over REST.

use std::time::Duration;

use futures_util::StreamExt as _;
use pulse_client::NewMessage;
use reqwest::Method;
use serde_json::{Value, json};

use crate::people::{code, pair};
use crate::stores::bus;

#[tokio::test]
async fn a_message_is_edited_reacted_to_and_deleted() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let (ada, grace, chat) = (&pair.ada, &pair.grace, pair.chat.id);
    let mut socket = grace.connect().await?;
    let sent = ada.send(chat, &NewMessage::new("hello @grace")).await?.message;
    assert_eq!(sent.mentions, [grace.user_id()]);
    assert_eq!(code(grace.edit(sent.id, "mine").await), "forbidden");
    assert_eq!(code(ada.edit(sent.id, " ").await), "validation_failed");
    let edited = ada.edit(sent.id, " good day ").await?;
    assert_eq!(
        (edited.body.as_str(), edited.mentions.len(), edited.edited_at.is_some()),
        ("good day", 0, true)
    );
    assert_eq!(ada.edit(sent.id, "good day").await?.version, edited.version, "the same body is no change");
    let told = socket.next_of("message.updated").await?.data;
    assert_eq!((&told["body"], &told["version"]), (&json!("good day"), &json!(edited.version)));
    let earlier = grace.edits(sent.id).await?.items;
    assert_eq!(earlier.iter().map(|edit| edit.body.as_str()).collect::<Vec<_>>(), ["hello @grace"]);

    let reactions = grace.react(sent.id, "❤️", true).await?;
    assert_eq!(reactions.iter().map(|found| (found.count, found.me)).collect::<Vec<_>>(), [(1, Some(true))]);
    // Without the variation selector it is the same one.
    assert_eq!(grace.react(sent.id, "❤", true).await?, reactions);
    assert_eq!(ada.message(sent.id).await?.reactions[0].me, Some(false));
    let told = socket.next_of("reaction.updated").await?.data;
    assert_eq!(
        (&told["emoji"], &told["active"], told["reactions"][0].get("me")),
        (&json!("❤️"), &json!(true), None)
    );
    assert!(grace.react(sent.id, "❤", false).await?.is_empty());
    for bad in ["x", "👍👍", " ", "👍/", "\0"] {
        assert_eq!(code(grace.react(sent.id, bad, true).await), "validation_failed", "{bad:?}");
    }
    let garbled = format!("/v1/messages/{}/reactions/%FF%FE", sent.id);
    let (status, problem) = grace.raw(Method::PUT, &garbled, None).await?;
    assert_eq!((status.as_u16(), &problem["errors"][0]["field"]), (422, &json!("emoji")));

    assert_eq!(code(grace.delete_message(sent.id).await), "forbidden");
    ada.delete_message(sent.id).await?;
    ada.delete_message(sent.id).await?;
    assert_eq!(socket.next_of("message.deleted").await?.data["message_id"], json!(sent.id));
    let gone = grace.message(sent.id).await?;
    assert!(gone.body.is_empty() && gone.deleted_at.is_some() && gone.seq == sent.seq);
    assert!(grace.edits(sent.id).await?.items.is_empty());
    assert_eq!(code(ada.edit(sent.id, "back").await), "conflict");
    assert_eq!(code(grace.react(sent.id, "👍", true).await), "conflict");
    Ok(())
}

#[tokio::test]
async fn a_repeat_says_so_even_after_an_edit() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let new = NewMessage::new("first");
    let sent = pair.ada.send(pair.chat.id, &new).await?;
    pair.ada.edit(sent.message.id, "second").await?;
    let again = pair.ada.send(pair.chat.id, &new).await?;
    assert!(!sent.replayed && again.replayed && again.message.body == "second");
    let other = NewMessage { body: "second".to_owned(), ..new };
    assert_eq!(code(pair.ada.send(pair.chat.id, &other).await), "idempotency_mismatch");
    Ok(())
}

#[tokio::test]
async fn marks_and_receipts_tell_how_far_others_have_come() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let (ada, grace, chat) = (&pair.ada, &pair.grace, pair.chat.id);
    let first = ada.send(chat, &NewMessage::new("one")).await?.message;
    ada.send(chat, &NewMessage::new("two @grace")).await?;
    let marks = grace.mark_delivered(chat, 1).await?;
    assert_eq!((marks.delivered_seq, marks.read_seq, marks.unread_count, marks.mention_count), (1, 0, 2, 1));
    let receipt = ada.message_receipts(first.id).await?.items;
    assert_eq!(
        receipt.iter().map(|one| (one.user.id, one.delivered, one.read)).collect::<Vec<_>>(),
        [(grace.user_id(), true, false)]
    );
    let marks = grace.mark_read(chat, 99).await?;
    assert_eq!((marks.read_seq, marks.unread_count, marks.mention_count), (2, 0, 0));
    assert_eq!(grace.mark_delivered(chat, 0).await?.delivered_seq, 2, "marks never move back");
    let opened = ada.receipts(chat).await?;
    assert_eq!((opened.last_seq, opened.receipts[0].read_seq, opened.online_count), (2, 2, None));
    ada.send(chat, &NewMessage::new("three")).await?;
    grace.mark_all_read().await?;
    assert_eq!(grace.conversation(chat).await?.my.map(|my| my.unread_count), Some(0));
    let (status, problem) = grace
        .raw(Method::PUT, &format!("/v1/conversations/{chat}/delivered"), Some(&json!({"seq": -1})))
        .await?;
    assert_eq!((status.as_u16(), &problem["errors"][0]["code"]), (422, &json!("too_small")));
    Ok(())
}

#[tokio::test]
async fn a_history_is_read_from_any_place() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let chat = pair.chat.id;
    let mut sent = Vec::new();
    for number in 1..=5 {
        sent.push(pair.ada.send(chat, &NewMessage::new(format!("{number}"))).await?.message);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let seqs = async |query: &str| {
        let page = pair.grace.messages(chat, query).await?;
        anyhow::Ok(page.items.iter().map(|message| message.seq).collect::<Vec<_>>())
    };
    assert_eq!(seqs("before=3").await?, [1, 2]);
    assert_eq!(seqs("after=3").await?, [4, 5]);
    assert_eq!(seqs("around=3&limit=3").await?, [2, 3, 4]);
    let (_, third) = pair.ada.raw(Method::GET, &format!("/v1/messages/{}", sent[2].id), None).await?;
    let at = third["created_at"].as_str().expect("a time");
    assert_eq!(seqs(&format!("at={at}&limit=3")).await?, [2, 3, 4]);
    assert_eq!(seqs("at=2999-01-01T00:00:00Z&limit=2").await?, [4, 5], "when all are older, the latest page");
    for bad in ["at=1&after=1", "at=", "before=1&after=1", "around=-1", "limit=0", "at=2026-01-31"] {
        assert_eq!(code(pair.grace.messages(chat, bad).await), "validation_failed", "{bad}");
    }
    Ok(())
}

#[tokio::test]
async fn typing_is_told_on_the_plane_of_the_conversation_by_those_who_show_it() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let (ada, grace, chat) = (&pair.ada, &pair.grace, pair.chat.id);
    let nats = bus(&pair.stack).await?;
    let mut plane = nats.subscribe(format!("pulse.v1.conversation.{chat}")).await?;
    nats.flush().await?;
    ada.typing(chat, true).await?;
    let sign = tokio::time::timeout(Duration::from_secs(5), plane.next()).await?.expect("a sign");
    let headers = sign.headers.expect("headers");
    assert_eq!(headers.get("Pulse-Type").map(|value| value.as_str()), Some("typing"));
    assert!(String::from_utf8_lossy(&sign.payload).contains(&ada.user_id().to_string()));
    assert_eq!(grace.receipts(chat).await?.typing, [ada.user_id()]);
    assert!(ada.receipts(chat).await?.typing.is_empty(), "never to the typist");
    ada.typing(chat, false).await?;
    assert!(grace.receipts(chat).await?.typing.is_empty());

    // Who hides theirs sees none.
    let settings: Value = json!({"settings": {"send_typing": false}});
    ada.typing(chat, true).await?;
    grace.raw(Method::PATCH, "/v1/me", Some(&settings)).await?;
    assert!(grace.receipts(chat).await?.typing.is_empty());
    grace.typing(chat, true).await?;
    assert!(ada.receipts(chat).await?.typing.is_empty());
    grace.unfollow(ada.user_id()).await?;
    assert_eq!(code(ada.typing(chat, true).await), "not_connected");
    Ok(())
}
