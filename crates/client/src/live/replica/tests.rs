//! What a client learns from snapshots and events, in orders in which they may come.

use serde_json::json;

use super::*;

const CHAT: &str = "0190a5c6-7c1f-7000-8000-000000000001";
const ME: &str = "0190a5c6-7c1f-7000-8000-000000000002";
const ADA: &str = "0190a5c6-7c1f-7000-8000-000000000003";
const AT: &str = "2026-01-31T09:05:00.123Z";

fn chat() -> ConversationId {
    CHAT.parse().expect("an id")
}

fn conversation(version: i64, last_seq: i64) -> Value {
    json!({
        "id": CHAT, "kind": "group", "title": "Engines", "topic": null, "avatar_url": null, "state": "open", "owner_id": ADA,
        "member_count": 3, "last_seq": last_seq, "version": version, "last_message": null,
        "my": {"role": "member", "read_seq": 0, "delivered_seq": 0, "unread_count": last_seq, "mention_count": 0,
            "muted_until": null, "pinned": false, "archived": false},
    })
}

fn message(seq: i64, version: i64, body: &str) -> Value {
    json!({
        "id": format!("0190a5c6-7c1f-7000-8000-{seq:012}"), "conversation_id": CHAT, "seq": seq, "version": version,
        "sender": null, "client_id": null, "kind": "text", "body": body, "reply_to": null, "mentions": [], "attachments": [],
        "reactions": [], "created_at": AT, "edited_at": null, "deleted_at": null,
    })
}

fn event(event_type: &str, data: Value) -> Event {
    Event { event_type: event_type.to_owned(), data }
}

fn reaction(version: i64, user_id: &str, active: bool, reactions: Value) -> Event {
    let message_id = message(1, 1, "")["id"].clone();
    event(
        "reaction.updated",
        json!({"conversation_id": CHAT, "message_id": message_id, "seq": 1, "version": version, "user_id": user_id,
            "emoji": "👍", "active": active, "reactions": reactions}),
    )
}

/// Holds one conversation at version 5 with no message yet.
fn replica() -> Replica {
    let mut replica = Replica::new(ME.parse().expect("an id"));
    replica.snapshot(serde_json::from_value(conversation(5, 0)).expect("a conversation"));
    replica
}

fn held(replica: &Replica) -> &Held {
    replica.conversation(chat()).expect("held")
}

fn bodies(replica: &Replica) -> Vec<&str> {
    held(replica).messages.values().map(|message| message.body.as_str()).collect()
}

#[test]
fn a_jump_shows_that_something_is_missing_until_the_changes_came() {
    let mut replica = replica();
    replica.learn(&event("message.created", message(1, 6, "one")));
    assert!(!held(&replica).is_behind());
    replica.learn(&event("message.created", message(3, 8, "three")));
    assert!(held(&replica).is_behind());
    assert_eq!((held(&replica).known, bodies(&replica)), (6, vec!["one", "three"]));
    let changes = json!({"messages": [message(2, 7, "two"), message(3, 8, "three")], "members": [], "removed_member_ids": [],
        "conversation": conversation(8, 3), "version": 8, "has_more": false});
    replica.changed(serde_json::from_value(changes).expect("changes"));
    assert!(!held(&replica).is_behind());
    assert_eq!(bodies(&replica), ["one", "two", "three"]);
}

#[test]
fn what_is_older_changes_nothing() {
    let mut replica = replica();
    replica.learn(&event("message.created", message(1, 6, "one")));
    assert!(matches!(replica.learn(&event("message.updated", message(1, 9, "edited"))), Learnt::Message(_)));
    assert_eq!(replica.learn(&event("message.updated", message(1, 7, "earlier"))), Learnt::Nothing);
    assert_eq!(replica.learn(&event("message.created", message(1, 6, "one"))), Learnt::Nothing);
    assert_eq!(bodies(&replica), ["edited"]);
    let gone = json!({"conversation_id": CHAT, "message_id": message(1, 1, "")["id"], "seq": 1, "version": 8, "deleted_at": AT});
    assert_eq!(replica.learn(&event("message.deleted", gone.clone())), Learnt::Nothing);
    let mut later = gone;
    later["version"] = json!(10);
    assert!(matches!(replica.learn(&event("message.deleted", later)), Learnt::Message(_)));
    assert_eq!(bodies(&replica), [""]);
}

#[test]
fn own_reactions_stay_own_though_events_do_not_tell_whose_they_are() {
    let mut replica = replica();
    replica.learn(&event("message.created", message(1, 6, "one")));
    let mine = |replica: &Replica| {
        held(replica).messages[&1].reactions.iter().map(|one| (one.count, one.me)).collect::<Vec<_>>()
    };
    replica.learn(&reaction(7, ADA, true, json!([{"emoji": "👍", "count": 1}])));
    assert_eq!(mine(&replica), [(1, Some(false))]);
    replica.learn(&reaction(8, ME, true, json!([{"emoji": "👍", "count": 2}])));
    assert_eq!(mine(&replica), [(2, Some(true))]);
    replica.learn(&reaction(9, ADA, false, json!([{"emoji": "👍", "count": 1}])));
    let mut edited = message(1, 10, "edited");
    edited["reactions"] = json!([{"emoji": "👍", "count": 1}]);
    replica.learn(&event("message.updated", edited));
    assert_eq!(mine(&replica), [(1, Some(true))]);
    replica.learn(&reaction(11, ME, false, json!([])));
    assert_eq!(mine(&replica), []);
}

#[test]
fn the_end_of_an_earlier_membership_ends_no_later_one() {
    let mut replica = replica();
    let gone = |version| {
        event("conversation.removed", json!({"conversation_id": CHAT, "version": version, "reason": "left"}))
    };
    assert_eq!(replica.learn(&gone(5)), Learnt::Nothing);
    assert_eq!(replica.learn(&gone(7)), Learnt::Removed(chat()));
    assert!(replica.conversation(chat()).is_none());
    replica.learn(&event("conversation.created", conversation(9, 2)));
    assert_eq!(held(&replica).known, 9);
}

#[test]
fn the_head_is_kept_beside_what_is_ones_own() {
    let mut replica = replica();
    let mut told = conversation(6, 0);
    (told["title"], told["owner_id"], told["my"]) = (json!("Looms"), json!(ME), Value::Null);
    replica.learn(&event("conversation.updated", told));
    let now = &held(&replica).conversation;
    assert_eq!((now.title.as_deref(), now.version), (Some("Looms"), 6));
    assert_eq!(now.my.as_ref().map(|my| my.role.as_str()), Some("owner"));
    let unread = json!({"conversation_id": CHAT, "last_seq": 4, "version": 12, "read_seq": 1, "unread_count": 3,
        "mention_count": 1, "total_unread": 3});
    replica.learn(&event("unread.updated", unread));
    assert_eq!(held(&replica).conversation.my.as_ref().map(|my| my.unread_count), Some(3));
    assert_eq!(replica.total_unread(), 3);
    assert!(held(&replica).has_more() && !held(&replica).is_behind());
}

#[test]
fn a_page_that_does_not_reach_what_is_kept_replaces_it() {
    let mut replica = replica();
    replica.learn(&event("message.created", message(1, 6, "one")));
    let page = |range: std::ops::Range<i64>| {
        range.map(|seq| serde_json::from_value(message(seq, seq + 5, "page")).expect("a message")).collect()
    };
    replica.newest_page(chat(), 105, page(80..101));
    assert_eq!(held(&replica).messages.keys().next(), Some(&80));
    assert!(!held(&replica).has_more());
    replica.older_page(chat(), page(60..80));
    assert_eq!(held(&replica).messages.keys().next(), Some(&60));
}

#[test]
fn of_the_newest_page_only_what_came_after_what_was_kept_is_news() {
    let mut replica = Replica::new(ME.parse().expect("an id"));
    replica.snapshot(serde_json::from_value(conversation(25, 20)).expect("a conversation"));
    replica.learn(&event("message.created", message(21, 26, "live")));
    let page = (15..24).map(|seq| serde_json::from_value(message(seq, seq + 5, "page")).expect("a message"));
    let news = replica.newest_page(chat(), 28, page.collect()).into_iter().map(|learnt| match learnt {
        Learnt::Message(message) => message.seq,
        other => panic!("{other:?}"),
    });
    assert_eq!(news.collect::<Vec<_>>(), [22, 23]);
    assert_eq!(held(&replica).messages.len(), 9);
}
