//! Frames as clients write and read them.

use std::time::Duration;

use proptest::prelude::*;
use pulse_rpc::{Failure, Reason};
use time::macros::datetime;

use super::*;
use crate::domain::limits::Limits;
use crate::domain::marks::Marks;
use crate::domain::message::{Message, MessageKind, Reaction};
use crate::domain::moment::Moment;
use crate::domain::presence::{OwnStatus, Presence};
use crate::domain::receipt::{OpenConversation, Receipt};
use crate::domain::unread::Unread;
use crate::domain::user::UserLite;

fn command(text: &str) -> Result<Command, Failure> {
    parse(text).expect("answerable").command
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(last: u8) -> T {
    format!("0190a5c6-7c1f-7000-8000-0000000000{last:02x}").parse().expect("an id")
}

fn at() -> Moment {
    datetime!(2026-01-31 09:30:00.123 UTC).into()
}

fn message() -> Message {
    Message {
        id: id(1),
        conversation_id: id(2),
        seq: 7,
        version: 9,
        sender: Some(UserLite {
            id: id(3),
            username: "ada".into(),
            display_name: "Ada".into(),
            avatar_url: None,
        }),
        client_id: Some("0190a5c6-7c1f-7000-8000-000000000004".into()),
        kind: MessageKind::Text,
        body: "line\n\"two\"".into(),
        reply_to: None,
        mentions: vec![],
        attachments: vec![],
        reactions: vec![],
        created_at: at(),
        edited_at: None,
        deleted_at: None,
        system: None,
    }
}

#[test]
fn requests_are_read() {
    assert_eq!(command(r#"{"type":"ping","id":"1"}"#).expect("read"), Command::Ping);
    assert_eq!(command(r#"{"type":"ping","id":"1","data":{}}"#).expect("read"), Command::Ping);
    let text = r#"{"type":"read.mark","id":"1","data":{"conversation_id":"0190a5c6-7c1f-7000-8000-000000000002","seq":5}}"#;
    assert_eq!(command(text).expect("read"), Command::ReadMark { conversation_id: id(2), seq: 5 });
    let text = r#"{"type":"message.send","id":"1","data":{"conversation_id":"0190a5c6-7c1f-7000-8000-000000000002",
        "client_id":"0190a5c6-7c1f-7000-8000-000000000004","body":" hi ","attachment_ids":[]}}"#;
    let Command::MessageSend(send) = command(text).expect("read") else { panic!("a send") };
    assert_eq!((send.conversation_id, send.body.as_str(), send.reply_to), (id(2), " hi ", None));
}

/// Every type with its least data, and what it becomes.
#[test]
fn every_type_of_the_contract_is_read() {
    const CHAT: &str = "0190a5c6-7c1f-7000-8000-000000000002";
    let chat = serde_json::json!({"conversation_id": CHAT});
    let mark = serde_json::json!({"conversation_id": CHAT, "seq": 5});
    let message = serde_json::json!({"message_id": "0190a5c6-7c1f-7000-8000-000000000001"});
    let with = |name: &str, value: &str| {
        let mut data = message.clone();
        data[name] = value.into();
        data
    };
    let (conversation_id, message_id) = (id(2), id(1));
    let all = [
        ("sync", serde_json::json!({}), Command::Sync { since: None }),
        ("sync", serde_json::json!({"since": "t"}), Command::Sync { since: Some("t".into()) }),
        (
            "conversation.changes",
            serde_json::json!({"conversation_id": CHAT, "after": 0}),
            Command::ConversationChanges { conversation_id, after: 0 },
        ),
        ("conversation.open", chat.clone(), Command::ConversationOpen { conversation_id }),
        ("conversation.close", chat.clone(), Command::ConversationClose { conversation_id }),
        ("message.edit", with("body", "b"), Command::MessageEdit { message_id, body: "b".into() }),
        ("message.delete", message.clone(), Command::MessageDelete { message_id }),
        (
            "reaction.add",
            with("emoji", "👍"),
            Command::Reaction { message_id, emoji: "👍".into(), active: true },
        ),
        (
            "reaction.remove",
            with("emoji", "👍"),
            Command::Reaction { message_id, emoji: "👍".into(), active: false },
        ),
        ("delivered.mark", mark.clone(), Command::DeliveredMark { conversation_id, seq: 5 }),
        ("read.mark", mark, Command::ReadMark { conversation_id, seq: 5 }),
        ("typing.start", chat.clone(), Command::Typing { conversation_id, active: true }),
        ("typing.stop", chat, Command::Typing { conversation_id, active: false }),
        (
            "presence.set",
            serde_json::json!({"status": "invisible"}),
            Command::PresenceSet { status: OwnStatus::Invisible },
        ),
        ("presence.watch", serde_json::json!({"user_ids": []}), Command::PresenceWatch { user_ids: vec![] }),
    ];
    for (kind, mut data, expected) in all {
        let frame = |data: &serde_json::Value| {
            parse(&serde_json::json!({"type": kind, "id": "1", "data": data}).to_string())
                .expect("answerable")
        };
        let request = frame(&data);
        assert_eq!((request.kind, request.command.expect(kind)), (kind, expected));
        data["more"] = 1.into();
        let failure = frame(&data).command.expect_err(kind);
        assert_eq!(
            failure.fields.iter().map(|fault| fault.code.as_str()).collect::<Vec<_>>(),
            ["unknown_field"]
        );
    }
}

#[test]
fn what_cannot_be_answered_is_malformed() {
    let long = format!(r#"{{"type":"ping","id":"{}"}}"#, "x".repeat(65));
    for text in [
        "",
        "[]",
        "{}",
        "\"ping\"",
        r#"{"id":"1"}"#,
        r#"{"type":7,"id":"1"}"#,
        r#"{"type":"ping"}"#,
        r#"{"type":"ping","id":1}"#,
        r#"{"type":"ping","id":null}"#,
        r#"{"type":"ping","id":""}"#,
        r#"{"type":"ping","id":"1","id":"2"}"#,
        r#"{"type":"ping","id":"1","data":{"a":1,"a":1}}"#,
        r#"{"type":"ping","id":"\ud800"}"#,
        long.as_str(),
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
    let longest = format!(r#"{{"type":"ping","id":"{}"}}"#, "é".repeat(64));
    assert!(parse(&longest).is_ok());
}

#[test]
fn what_is_not_valid_is_answered_and_the_socket_stays() {
    let cases = [
        (r#"{"type":"nonsense","id":"1"}"#, "type invalid"),
        (r#"{"type":"typing.start","id":"1","data":{}}"#, "conversation_id required"),
        (r#"{"type":"sync","id":"1","data":{"since":""}}"#, "since invalid"),
        (
            r#"{"type":"conversation.changes","id":"1","data":{"after":-1}}"#,
            "conversation_id required, after too_small",
        ),
        (r#"{"type":"message.edit","id":"1","data":{"message_id":7}}"#, "message_id invalid, body required"),
        (r#"{"type":"reaction.add","id":"1","data":{"emoji":""}}"#, "message_id required"),
        (r#"{"type":"presence.set","id":"1","data":{"status":"offline"}}"#, "status invalid"),
        (r#"{"type":"presence.watch","id":"1","data":{"user_ids":["x"]}}"#, "user_ids.0 invalid"),
        (r#"{"type":"ping","id":"1","data":[]}"#, "data invalid"),
        (r#"{"type":"ping","id":"1","data":null}"#, "data invalid"),
        (r#"{"type":"ping","id":"1","data":{"x":1}}"#, "x unknown_field"),
        (r#"{"type":"ping","id":"1","more":1}"#, "more unknown_field"),
        (r#"{"type":"auth.refresh","id":"1"}"#, "access_token required"),
        (
            r#"{"type":"read.mark","id":"1","data":{"conversation_id":"x","seq":1.5}}"#,
            "conversation_id invalid, seq invalid",
        ),
        (
            r#"{"type":"message.send","id":"1","data":{"attachment_ids":["x"]}}"#,
            "conversation_id required, client_id required, attachment_ids.0 invalid",
        ),
    ];
    for (text, expected) in cases {
        let failure = command(text).expect_err(text);
        assert_eq!(failure.reason, Reason::ValidationFailed);
        let faults: Vec<_> =
            failure.fields.iter().map(|fault| format!("{} {}", fault.field, fault.code)).collect();
        assert_eq!(faults.join(", "), expected, "{text}");
    }
}

#[test]
fn frames_are_what_clients_know() {
    let limited = Failure::new(Reason::RateLimited, "wait").with_retry_after(Duration::from_millis(1500));
    let invalid = Failure::invalid_field("body", "too_long", "at most 4000 characters");
    let unread = Unread {
        conversation_id: id(2),
        last_seq: 7,
        version: 9,
        read_seq: 5,
        unread_count: 2,
        mention_count: 0,
        total_unread: 3,
    };
    let marks = Marks { delivered_seq: 7, read_seq: 7, unread_count: 0, mention_count: 0, total_unread: 1 };
    let open = OpenConversation {
        version: 9,
        last_seq: 7,
        online_count: None,
        typing: vec![id(3)],
        receipts: vec![Receipt { user_id: id(3), delivered_seq: 7, read_seq: 5 }],
    };
    let reactions = vec![Reaction { emoji: "👍".into(), count: 2, me: Some(true) }];
    let frames = [
        reply("a", &Reply::Pong { server_time: at() }, false),
        reply("a", &Reply::Refreshed { access_token_expires_at: at() }, false),
        reply("a\"b", &Reply::Message(Box::new(message())), true),
        reply("a", &Reply::Marks(marks), false),
        reply("a", &Reply::Open(Box::new(open)), false),
        reply("a", &Reply::Reactions { reactions }, false),
        reply("a", &Reply::Presences { presences: vec![Presence::offline(id(3))] }, false),
        reply("a", &Reply::Done {}, false),
        error("b", &limited),
        error("b", &invalid),
        event(&Event::MessageCreated(&message())),
        event(&Event::UnreadUpdated(&unread)),
        event(&Event::RelationshipUpdated { user_id: id(3), user: None }),
        event(&Event::AuthExpiring { access_token_expires_at: at() }),
        event(&Event::Typing { conversation_id: id(2), user_id: id(3), active: true }),
        event(&Event::PresenceUpdated(&Presence::unknown(id(3)))),
        event(&Event::PresenceCount { conversation_id: id(2), online_count: 4 }),
        event(&Event::SyncRequired { conversation_ids: Some(&[id(2)]) }),
        event(&Event::SyncRequired { conversation_ids: None }),
        event(&Event::ServerDegraded { degraded: &["nats", "redis"] }),
        event(&Event::ServerDraining { reconnect_after_ms: 750 }),
        event(&Event::Closing { code: 1012, reason: "this server stops; reconnect" }),
    ];
    insta::assert_snapshot!(frames.map(|frame| frame.as_str().to_owned()).join("\n"));
}

#[test]
fn hello_is_what_clients_know() {
    let hello = Hello {
        connection_id: id(1),
        user_id: id(2),
        session_id: id(3),
        server_time: at(),
        heartbeat_interval_ms: 25_000,
        sync_token: "t".into(),
        total_unread: 4,
        degraded: vec!["redis"],
        limits: Limits::default(),
        access_token_expires_at: at(),
    };
    insta::assert_snapshot!(event(&Event::Hello(&hello)).as_str());
}

proptest! {
    #[test]
    fn any_text_is_answered_or_malformed(text in "\\PC{0,80}") {
        let _ = parse(&text);
    }

    #[test]
    fn any_object_with_type_and_id_is_answered(kind in "\\PC{0,20}", id in "\\PC{1,64}", data in "\\PC{0,20}") {
        let text = serde_json::json!({"type": kind, "id": id, "data": {"x": data}}).to_string();
        prop_assert_eq!(parse(&text).expect("answerable").id, id);
    }
}
