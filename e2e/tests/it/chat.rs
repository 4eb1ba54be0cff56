//! A message from one person to another, each on a gateway of their own.

use pulse_client::{Client, NewMessage};
use serde_json::json;

use crate::people::{code, connect, gateway_url, pair, sign_up, two_gateways, until};

#[tokio::test]
async fn a_message_crosses_two_gateways() -> anyhow::Result<()> {
    let stack = two_gateways(&[]).await?;
    let ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let grace = sign_up(&gateway_url(&stack, 1)?, "grace").await?;
    assert_ne!(&gateway_url(&stack, 0)?, &gateway_url(&stack, 1)?);

    // Before the follow is mutual there is no chat.
    assert_eq!(code(ada.open_direct(grace.user_id()).await), "not_connected");
    connect(&ada, &grace).await?;
    let chat = ada.open_direct(grace.user_id()).await?;
    assert_eq!(grace.open_direct(ada.user_id()).await?.id, chat.id, "one direct chat for the two");

    let mut grace_socket = grace.connect().await?;
    let mut ada_socket = ada.connect().await?;
    let sent = ada_socket.send_message(chat.id, "  over the wire ✓ ").await?.message;
    assert_eq!((sent.seq, sent.body.as_str()), (1, "over the wire ✓"));

    let received = grace_socket.next_of("message.created").await?;
    assert_eq!(received.data["id"], json!(sent.id));
    assert_eq!(received.data["body"], json!(sent.body));
    assert_eq!(received.data["sender"]["username"], "ada");
    assert_eq!(
        ada_socket.next_of("message.created").await?.data,
        received.data,
        "the sender's sockets get the same event"
    );
    let unread = grace_socket.next_of("unread.updated").await?.data;
    assert_eq!((&unread["unread_count"], &unread["total_unread"]), (&json!(1), &json!(1)));

    // The history is the same on either gateway.
    let on_first = ada.history(chat.id).await?;
    assert_eq!(on_first, grace.history(chat.id).await?);
    assert_eq!(on_first, vec![sent]);

    // Reading clears the badge on every device of hers.
    let marks = grace_socket.mark_read(chat.id, 1).await?;
    assert_eq!((marks.read_seq, marks.unread_count, marks.total_unread), (1, 0, 0));
    loop {
        let unread = grace_socket.next_of("unread.updated").await?.data;
        if unread["read_seq"] == 1 {
            assert_eq!(unread["total_unread"], 0);
            break;
        }
    }
    Ok(())
}

#[tokio::test]
async fn after_the_connection_ends_a_send_is_refused_and_the_history_stays() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let socket = pair.ada.connect().await?;
    socket.send_message(pair.chat.id, "while connected").await?;
    pair.grace.unfollow(pair.ada.user_id()).await?;
    let refused = socket.send_message(pair.chat.id, "too late").await;
    assert_eq!(code(refused), "not_connected");
    let refused = pair.grace.send(pair.chat.id, &NewMessage::new("too late as well")).await;
    assert_eq!(code(refused), "not_connected");
    assert_eq!(pair.ada.history(pair.chat.id).await?.len(), 1);
    assert_eq!(pair.grace.history(pair.chat.id).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_session_lives_through_refresh_and_ends_with_logout() -> anyhow::Result<()> {
    let stack = two_gateways(&[]).await?;
    let mut ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    ada.refresh().await?;
    let elsewhere = ada.at(&gateway_url(&stack, 1)?)?;
    assert_eq!(elsewhere.me().await?.username, "ada");
    ada.logout().await?;
    assert_eq!(code(ada.refresh().await), "session_revoked");
    let again = Client::new(&gateway_url(&stack, 1)?)?.login("ADA", "ada keeps a long secret").await?;
    assert_eq!(again.user_id(), ada.user_id());
    let wrong = Client::new(&gateway_url(&stack, 1)?)?.login("ada", "not her long secret").await;
    assert_eq!(code(wrong), "invalid_credentials");
    Ok(())
}

#[tokio::test]
async fn presence_follows_the_socket_after_its_grace() -> anyhow::Result<()> {
    let pair = pair(&[("PULSE_GATEWAY_PRESENCE_GRACE_SECONDS", "2")]).await?;
    let status = async || -> anyhow::Result<String> {
        let presences = pair.ada.presences(&[pair.grace.user_id()]).await?;
        Ok(presences.first().map(|presence| presence.status.clone()).unwrap_or_default())
    };
    assert_eq!(status().await?, "offline");
    let socket = pair.grace.connect().await?;
    until(async || Ok(status().await? == "online")).await?;
    drop(socket);
    // A reconnect within the grace would have been silent.
    assert_eq!(status().await?, "online");
    until(async || Ok(status().await? == "offline")).await?;
    Ok(())
}

#[tokio::test]
async fn a_new_request_and_chat_show_up_live() -> anyhow::Result<()> {
    let stack = two_gateways(&[]).await?;
    let ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let grace = sign_up(&gateway_url(&stack, 1)?, "grace").await?;
    let mut grace_socket = grace.connect().await?;
    let mut ada_socket = ada.connect().await?;
    connect(&ada, &grace).await?;
    assert_eq!(grace_socket.next_of("follow.requested").await?.data["user"]["username"], "ada");
    loop {
        let update = ada_socket.next_of("relationship.updated").await?.data;
        assert_eq!(update["user_id"], json!(grace.user_id()));
        if update["user"]["relationship"]["connected"] == true {
            break;
        }
    }
    let chat = ada.open_direct(grace.user_id()).await?;
    assert_eq!(grace_socket.next_of("conversation.created").await?.data["id"], json!(chat.id));
    Ok(())
}
