//! Groups over REST: made by one, joined by none, left by some, and passed on.

use pulse_client::{ConversationChange, MembershipChange, NewConversation, NewMessage, SignedIn};
use pulse_testkit::Stack;
use pulse_types::UserId;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::people::{code, connect, gateway_url, sign_up, two_gateways, until};

/// Three people: ada is connected with both others, who are not connected with one another.
struct Trio {
    #[expect(dead_code, reason = "the stack ends with it")]
    stack: Stack,
    ada: SignedIn,
    grace: SignedIn,
    linus: SignedIn,
}

async fn trio() -> anyhow::Result<Trio> {
    let stack = two_gateways(&[]).await?;
    let ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let grace = sign_up(&gateway_url(&stack, 1)?, "grace").await?;
    let linus = sign_up(&gateway_url(&stack, 1)?, "linus").await?;
    connect(&ada, &grace).await?;
    connect(&ada, &linus).await?;
    Ok(Trio { stack, ada, grace, linus })
}

/// The fields that a refusal names.
async fn faults(who: &SignedIn, method: Method, path: &str, body: &Value) -> anyhow::Result<Vec<String>> {
    let (status, problem) = who.raw(method, path, Some(body)).await?;
    assert_eq!(status, 422, "{problem}");
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    let name = |error: &Value| format!("{} {}", error["field"], error["code"]).replace('"', "");
    Ok(errors.iter().map(name).collect())
}

#[tokio::test]
async fn a_group_is_made_whole_or_not_at_all() -> anyhow::Result<()> {
    let trio = trio().await?;
    let (ada, grace, linus) = (&trio.ada, &trio.grace, &trio.linus);
    let stranger: UserId = "0190a5c6-7c1f-7000-8000-00000000dead".parse()?;
    let nobody = NewConversation::group(None, vec![grace.user_id(), stranger]);
    assert_eq!(code(ada.create(&nobody).await), "not_found");
    let unconnected = NewConversation::group(None, vec![ada.user_id(), linus.user_id()]);
    assert_eq!(code(grace.create(&unconnected).await), "not_connected");
    assert!(grace.conversations().await?.items.is_empty() && linus.conversations().await?.items.is_empty());

    let named = NewConversation {
        client_id: Some(Uuid::from_u128(0x0190_a5c6_7c1f_7000_8000_0000_0000_0001)),
        ..NewConversation::group(Some("  Engines ".to_owned()), vec![grace.user_id(), linus.user_id()])
    };
    let (group, is_new) = ada.create(&named).await?;
    assert!(is_new && group.title.as_deref() == Some("Engines") && group.member_count == 3);
    assert_eq!(group.owner_id, Some(ada.user_id()));
    let (again, is_new) = ada.create(&named).await?;
    assert!(!is_new && again.id == group.id, "a repeat gives the same one");
    let other = NewConversation { title: Some("Cogs".to_owned()), ..named };
    assert_eq!(code(ada.create(&other).await), "idempotency_mismatch");

    // Everybody has it, with what was said of its making, and nothing unread for the one who made it.
    for member in [ada, grace, linus] {
        let found = member.conversation(group.id).await?;
        let last = found.last_message.clone().and_then(|message| message.system);
        assert_eq!(last.map(|system| system.event), Some("created".to_owned()), "{found:?}");
    }
    assert_eq!(ada.conversation(group.id).await?.my.map(|my| my.unread_count), Some(0));
    let members = ada.members(group.id).await?.items;
    assert_eq!(
        members.iter().map(|member| member.role.as_str()).collect::<Vec<_>>(),
        ["owner", "member", "member"]
    );
    Ok(())
}

#[tokio::test]
async fn roles_decide_and_what_is_wrong_is_told_by_its_place() -> anyhow::Result<()> {
    let trio = trio().await?;
    let (ada, grace, linus) = (&trio.ada, &trio.grace, &trio.linus);
    let (group, _) = ada.create(&NewConversation::group(None, vec![grace.user_id()])).await?;
    let path = format!("/v1/conversations/{}", group.id);
    let new = json!({"kind": "group", "member_ids": [grace.user_id(), "x"], "title": "a\u{0}"});
    assert_eq!(
        faults(ada, Method::POST, "/v1/conversations", &new).await?,
        ["title invalid", "member_ids.1 invalid"]
    );
    for (body, expected) in [
        (json!({"title": " "}), vec!["title too_short"]),
        (json!({"topic": "t".repeat(251), "kind": "room"}), vec!["topic too_long", "kind unknown_field"]),
        (json!({"avatar_attachment_id": "x"}), vec!["avatar_attachment_id invalid"]),
    ] {
        assert_eq!(faults(ada, Method::PATCH, &path, &body).await?, expected, "{body}");
    }
    let renamed =
        ConversationChange { title: Some(Some("Engines".to_owned())), ..ConversationChange::default() };
    assert_eq!(code(grace.update_conversation(group.id, &renamed).await), "forbidden");
    assert_eq!(ada.update_conversation(group.id, &renamed).await?.title.as_deref(), Some("Engines"));
    let unnamed = ConversationChange { title: Some(None), ..ConversationChange::default() };
    assert_eq!(ada.update_conversation(group.id, &unnamed).await?.title, None);

    assert_eq!(code(linus.conversation(group.id).await), "not_found");
    assert_eq!(code(grace.put_member(group.id, linus.user_id(), None).await), "forbidden");
    let put = format!("{path}/members/{}", grace.user_id());
    assert_eq!(faults(ada, Method::PUT, &put, &json!({"role": "owner"})).await?, ["role not_allowed"]);
    assert_eq!(ada.put_member(group.id, grace.user_id(), Some("admin")).await?.role, "admin");
    // Now she may, but he is not connected with her.
    assert_eq!(code(grace.put_member(group.id, linus.user_id(), None).await), "not_connected");
    assert_eq!(ada.put_member(group.id, linus.user_id(), None).await?.role, "member");
    assert_eq!(code(grace.remove_member(group.id, ada.user_id()).await), "forbidden");
    grace.remove_member(group.id, linus.user_id()).await?;
    grace.remove_member(group.id, linus.user_id()).await?;
    assert_eq!(code(linus.conversation(group.id).await), "not_found");

    assert_eq!(code(ada.leave(group.id).await), "conflict");
    assert_eq!(code(ada.transfer(group.id, linus.user_id()).await), "not_found");
    assert_eq!(ada.transfer(group.id, grace.user_id()).await?.owner_id, Some(grace.user_id()));
    assert_eq!(code(ada.close(group.id).await), "forbidden");
    assert_eq!(grace.close(group.id).await?.state, "closed");
    assert_eq!(code(ada.send(group.id, &NewMessage::new("too late")).await), "conversation_closed");
    assert_eq!(grace.reopen(group.id).await?.state, "open");
    ada.leave(group.id).await?;
    assert_eq!(code(ada.leave(group.id).await), "not_found", "a group that one has left is not there");
    grace.delete_conversation(group.id).await?;
    assert_eq!(code(grace.conversation(group.id).await), "not_found");
    Ok(())
}

#[tokio::test]
async fn what_a_member_chose_is_theirs_alone() -> anyhow::Result<()> {
    let trio = trio().await?;
    let (ada, grace) = (&trio.ada, &trio.grace);
    let (group, _) = ada.create(&NewConversation::group(None, vec![grace.user_id()])).await?;
    let path = format!("/v1/conversations/{}/my", group.id);
    for (body, expected) in [
        (json!({"pinned": null}), vec!["pinned invalid"]),
        (json!({"muted_until": "tomorrow", "archived": 1}), vec!["muted_until invalid", "archived invalid"]),
    ] {
        assert_eq!(faults(grace, Method::PATCH, &path, &body).await?, expected);
    }
    ada.send(group.id, &NewMessage::new("@grace, look")).await?;
    let unread = async || {
        anyhow::Ok(grace.raw(Method::GET, "/v1/conversations", None).await?.1["total_unread"].clone())
    };
    let my = grace.conversation(group.id).await?.my.expect("a member");
    assert_eq!((my.unread_count, my.mention_count), (1, 1));
    assert_eq!(unread().await?, 1);
    // By the local time of a client; for good.
    let muted = MembershipChange {
        muted_until: Some(Some("9999-06-01T12:00:00+02:00".to_owned())),
        pinned: Some(true),
        ..MembershipChange::default()
    };
    let my = grace.update_membership(group.id, &muted).await?.my.expect("a member");
    assert!(my.pinned && !my.archived);
    assert_eq!(my.muted_until.map(|until| (until.year(), until.hour())), Some((9999, 10)));
    assert_eq!(unread().await?, 0, "what is muted does not count");
    assert!(ada.conversation(group.id).await?.my.is_some_and(|my| !my.pinned));
    let (status, shown) = grace.raw(Method::PATCH, &path, Some(&json!({"muted_until": null}))).await?;
    assert_eq!(
        (status.as_u16(), &shown["my"]["muted_until"], &shown["my"]["pinned"]),
        (200, &json!(null), &json!(true))
    );
    assert_eq!(unread().await?, 1);
    let archived = MembershipChange { archived: Some(true), ..MembershipChange::default() };
    grace.update_membership(group.id, &archived).await?;
    assert!(grace.conversations().await?.items.is_empty());
    assert_eq!(
        grace.raw(Method::GET, "/v1/conversations?archived=true", None).await?.1["items"][0]["id"],
        json!(group.id)
    );
    Ok(())
}

#[tokio::test]
async fn live_sockets_hear_what_happens_to_a_group() -> anyhow::Result<()> {
    let trio = trio().await?;
    let (ada, grace, linus) = (&trio.ada, &trio.grace, &trio.linus);
    let (group, _) = ada.create(&NewConversation::group(None, vec![grace.user_id()])).await?;
    let mut socket = grace.connect().await?;
    let mut his = linus.connect().await?;
    ada.put_member(group.id, linus.user_id(), None).await?;
    let added = socket.next_of("member.added").await?.data;
    assert_eq!((&added["user"]["username"], &added["member_count"]), (&json!("linus"), &json!(3)));
    assert_eq!(his.next_of("conversation.created").await?.data["id"], json!(group.id));
    ada.close(group.id).await?;
    let closed = socket.next_of("conversation.updated").await?.data;
    assert_eq!((&closed["state"], closed.get("my"), closed.get("peer")), (&json!("closed"), None, None));
    ada.remove_member(group.id, linus.user_id()).await?;
    assert_eq!(his.next_of("conversation.removed").await?.data["reason"], "removed");
    assert_eq!(socket.next_of("member.removed").await?.data["user_id"], json!(linus.user_id()));
    Ok(())
}

#[tokio::test]
async fn who_is_online_in_a_group_is_counted() -> anyhow::Result<()> {
    let trio = trio().await?;
    let (ada, grace) = (&trio.ada, &trio.grace);
    let (group, _) = ada.create(&NewConversation::group(None, vec![grace.user_id()])).await?;
    until(async || Ok(ada.conversation(group.id).await?.online_count == Some(0))).await?;
    let _socket = grace.connect().await?;
    until(async || Ok(ada.conversation(group.id).await?.online_count == Some(1))).await?;
    Ok(())
}
