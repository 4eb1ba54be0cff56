//! Rooms over REST: found by anybody, entered by most.

use pulse_client::{ConversationChange, NewConversation, NewMessage};

use crate::people::{code, gateway_url, sign_up, two_gateways};

#[tokio::test]
async fn a_room_is_found_joined_and_left() -> anyhow::Result<()> {
    let stack = two_gateways(&[]).await?;
    let ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let grace = sign_up(&gateway_url(&stack, 1)?, "grace").await?;
    let (room, _) = ada.create(&NewConversation::room("Analytical engines")).await?;
    ada.send(room.id, &NewMessage::new("welcome")).await?;

    let found = grace.rooms("q=engine").await?.items;
    assert_eq!(found.iter().map(|found| found.id).collect::<Vec<_>>(), [room.id]);
    assert!(found.iter().all(|found| found.my.is_none() && found.last_message.is_none()));
    assert_eq!(grace.rooms("q=").await?.items.len(), 1, "an empty search is none");
    assert!(grace.rooms("q=sailing").await?.items.is_empty());
    assert_eq!(code(grace.rooms(&format!("q={}", "x".repeat(65))).await), "validation_failed");

    // From outside it is seen, and nothing else.
    assert_eq!(grace.conversation(room.id).await?.member_count, 1);
    assert_eq!(code(grace.messages(room.id, "").await), "not_a_member");
    assert_eq!(code(grace.members(room.id).await), "not_a_member");
    assert_eq!(code(grace.send(room.id, &NewMessage::new("hello")).await), "not_a_member");
    assert_eq!(code(grace.mark_delivered(room.id, 1).await), "not_a_member");
    assert_eq!(code(grace.typing(room.id, true).await), "not_a_member");
    assert_eq!(code(grace.receipts(room.id).await), "not_a_member");
    assert_eq!(code(grace.close(room.id).await), "not_a_member");

    let joined = grace.join(room.id).await?;
    assert_eq!(joined.my.as_ref().map(|my| (my.role.as_str(), my.unread_count)), Some(("member", 0)));
    assert_eq!(grace.join(room.id).await?.version, joined.version, "a repeat changes nothing");
    assert_eq!(grace.history(room.id).await?.len(), 1, "the whole history is there");
    grace.leave(room.id).await?;
    grace.leave(room.id).await?;
    assert_eq!(code(grace.messages(room.id, "").await), "not_a_member");
    Ok(())
}

#[tokio::test]
async fn who_was_removed_stays_out_and_a_title_stays() -> anyhow::Result<()> {
    let stack = two_gateways(&[]).await?;
    let ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let grace = sign_up(&gateway_url(&stack, 1)?, "grace").await?;
    let (room, _) = ada.create(&NewConversation::room("Engines")).await?;
    grace.join(room.id).await?;
    ada.remove_member(room.id, grace.user_id()).await?;
    assert_eq!(code(grace.join(room.id).await), "forbidden");
    let untitled = ConversationChange { title: Some(None), ..ConversationChange::default() };
    assert_eq!(code(ada.update_conversation(room.id, &untitled).await), "validation_failed");
    ada.close(room.id).await?;
    let linus = sign_up(&gateway_url(&stack, 1)?, "linus").await?;
    assert_eq!(code(linus.join(room.id).await), "conversation_closed");
    ada.delete_conversation(room.id).await?;
    assert_eq!(code(linus.conversation(room.id).await), "not_found");
    Ok(())
}
