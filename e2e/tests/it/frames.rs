//! What clients ask over a socket: the same as over REST, with the same answers, refusals and limits.

use std::time::{Duration, Instant};

use pulse_client::{NewMessage, SignedIn, Socket};
use pulse_types::{RequestId, SystemClock};
use serde_json::{Value, json};

use crate::people::{code, gateway_url, pair, sign_up, two_gateways, until};
use crate::rest::{call, group, number, ok, text};
use crate::verified::verify;
use crate::wire::WireSocket;

const NOBODY: &str = "0190a5c6-7c1f-7000-8000-000000000001";

/// The data of the answer to a request that must succeed.
async fn ask(socket: &Socket, frame_type: &str, data: Value) -> anyhow::Result<Value> {
    Ok(socket.request(frame_type, data).await?.0)
}

/// The code of a refusal.
async fn refused(socket: &Socket, frame_type: &str, data: &Value) -> String {
    code(socket.request(frame_type, data.clone()).await)
}

#[tokio::test]
async fn messages_are_changed_over_a_socket_as_over_rest() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let (mut ada, grace) = (pair.ada.connect().await?, pair.grace.connect().await?);
    let sent = ada.send_message(pair.chat.id, "hello").await?.message;
    let by_rest = format!("GET /v1/messages/{}", sent.id);

    let edited = ask(&ada, "message.edit", json!({"message_id": sent.id, "body": " hello @grace "})).await?;
    assert_eq!(
        (&edited["body"], &edited["mentions"]),
        (&json!("hello @grace"), &json!([pair.grace.user_id()]))
    );
    assert_eq!(edited, ok(&pair.ada, &by_rest, None).await?);
    let again = ask(&ada, "message.edit", json!({"message_id": sent.id, "body": "hello @grace"})).await?;
    assert_eq!(again["version"], edited["version"], "the same body is no change");
    assert_eq!(ada.next_of("message.updated").await?.data["version"], edited["version"]);

    let heart = json!({"message_id": sent.id, "emoji": "❤"});
    let one = json!({"reactions": [{"emoji": "❤️", "count": 1, "me": true}]});
    assert_eq!(ask(&grace, "reaction.add", heart.clone()).await?, one);
    assert_eq!(ask(&grace, "reaction.add", heart.clone()).await?, one, "idempotent");
    assert_eq!(ada.next_of("reaction.updated").await?.data["active"], true);
    assert_eq!(ask(&grace, "reaction.remove", heart.clone()).await?, json!({"reactions": []}));

    let delivered = ask(&grace, "delivered.mark", json!({"conversation_id": pair.chat.id, "seq": 1})).await?;
    let expected =
        json!({"delivered_seq": 1, "read_seq": 0, "unread_count": 1, "mention_count": 1, "total_unread": 1});
    assert_eq!(delivered, expected);
    let read = ask(&grace, "read.mark", json!({"conversation_id": pair.chat.id, "seq": u64::MAX})).await?;
    let expected =
        json!({"delivered_seq": 1, "read_seq": 1, "unread_count": 0, "mention_count": 0, "total_unread": 0});
    assert_eq!(read, expected, "beyond the last is the last");

    assert_eq!(ask(&ada, "message.delete", json!({"message_id": sent.id})).await?, json!({}));
    assert_eq!(ask(&ada, "message.delete", json!({"message_id": sent.id})).await?, json!({}), "idempotent");
    assert_eq!(ok(&pair.ada, &by_rest, None).await?["body"], "");
    assert_eq!(
        refused(&ada, "message.edit", &json!({"message_id": sent.id, "body": "back"})).await,
        "conflict"
    );
    assert_eq!(refused(&grace, "reaction.add", &heart).await, "conflict");
    Ok(())
}

#[tokio::test]
async fn a_socket_tells_what_changed_as_rest_does() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let (ada, grace) = (pair.ada.connect().await?, pair.grace.connect().await?);
    let start = ask(&grace, "sync", json!({})).await?;
    assert_eq!((&start["total_unread"], start["token"].is_string()), (&json!(0), true));
    let sent = ada.send_message(pair.chat.id, "news").await?.message;
    let changed = ask(&grace, "sync", json!({"since": start["token"]})).await?;
    let [conversation] = changed["conversations"].as_array().expect("a list").as_slice() else {
        panic!("one conversation: {changed}")
    };
    assert_eq!(conversation["messages"][0]["id"], json!(sent.id));
    assert_eq!(conversation["conversation"]["peer"]["username"], "ada");
    assert_eq!((&changed["total_unread"], &changed["has_more"]), (&json!(1), &json!(false)));
    // It marks as delivered what it returned.
    until(async || {
        let receipts = ok(&pair.ada, &format!("GET /v1/messages/{}/receipts", sent.id), None).await?;
        Ok(receipts["items"][0]["delivered"] == true)
    })
    .await?;

    let changes = json!({"conversation_id": pair.chat.id, "after": 0});
    let over_socket = ask(&grace, "conversation.changes", changes).await?;
    let path = format!("GET /v1/conversations/{}/changes?after=0", pair.chat.id);
    assert_eq!(over_socket, ok(&pair.grace, &path, None).await?);
    assert_eq!(over_socket["messages"][0]["body"], "news");
    let nothing = json!({"conversation_id": pair.chat.id, "after": 1_i64 << 40});
    assert_eq!(ask(&grace, "conversation.changes", nothing).await?["messages"], json!([]));
    assert_eq!(refused(&grace, "sync", &json!({"since": "garbled"})).await, "validation_failed");
    assert_eq!(refused(&ada, "sync", &json!({"since": start["token"]})).await, "validation_failed", "hers");
    Ok(())
}

#[tokio::test]
async fn refusals_are_those_of_rest() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let (ada, grace) = (pair.ada.connect().await?, pair.grace.connect().await?);
    let own = pair.ada.send(pair.chat.id, &NewMessage::new("hers")).await?.message.id;
    let alone = group(&pair.ada, "Alone", &[&pair.grace]).await?;
    let system =
        ok(&pair.ada, &format!("GET /v1/conversations/{}/messages", text(&alone, "id")), None).await?;
    let system = text(&system["items"][0], "id");
    let room = json!({"kind": "room", "title": "Engines"});
    let room = text(&ok(&pair.ada, "POST /v1/conversations", Some(&room)).await?, "id");
    let in_room = pair.ada.send(room.parse()?, &NewMessage::new("inside")).await?.message.id;
    let cases = [
        ("message.edit", json!({"message_id": NOBODY, "body": "x"}), "not_found"),
        ("message.edit", json!({"message_id": own, "body": "x"}), "forbidden"),
        ("message.edit", json!({"message_id": own, "body": " "}), "forbidden"),
        ("message.edit", json!({"message_id": own, "body": "x".repeat(4001)}), "validation_failed"),
        ("message.edit", json!({"message_id": in_room, "body": "x"}), "not_a_member"),
        ("message.delete", json!({"message_id": NOBODY}), "not_found"),
        ("message.delete", json!({"message_id": own}), "forbidden"),
        ("message.delete", json!({"message_id": in_room}), "not_a_member"),
        ("reaction.add", json!({"message_id": NOBODY, "emoji": "👍"}), "not_found"),
        ("reaction.add", json!({"message_id": system, "emoji": "👍"}), "forbidden"),
        ("reaction.add", json!({"message_id": own, "emoji": "x"}), "validation_failed"),
        ("reaction.add", json!({"message_id": own, "emoji": ""}), "validation_failed"),
        ("reaction.remove", json!({"message_id": in_room, "emoji": "👍"}), "not_a_member"),
        ("delivered.mark", json!({"conversation_id": NOBODY, "seq": 1}), "not_found"),
        ("delivered.mark", json!({"conversation_id": room, "seq": 1}), "not_a_member"),
        ("read.mark", json!({"conversation_id": NOBODY, "seq": 1}), "not_found"),
        ("conversation.changes", json!({"conversation_id": NOBODY, "after": 0}), "not_found"),
        ("conversation.changes", json!({"conversation_id": room, "after": 0}), "not_a_member"),
        ("typing.start", json!({"conversation_id": NOBODY}), "not_found"),
        ("typing.start", json!({"conversation_id": room}), "not_a_member"),
        ("typing.stop", json!({"conversation_id": NOBODY}), "not_found"),
    ];
    for (frame_type, data, expected) in &cases {
        assert_eq!(refused(&grace, frame_type, data).await, *expected, "{frame_type} {data}");
    }
    pair.grace.unfollow(pair.ada.user_id()).await?;
    for (frame_type, data) in [
        ("message.edit", json!({"message_id": own, "body": "x"})),
        ("reaction.add", json!({"message_id": own, "emoji": "👍"})),
        ("typing.start", json!({"conversation_id": pair.chat.id})),
    ] {
        assert_eq!(refused(&ada, frame_type, &data).await, "not_connected", "{frame_type}");
    }
    // Reading goes on, and the socket has outlived all of it.
    ask(&ada, "read.mark", json!({"conversation_id": pair.chat.id, "seq": 1})).await?;
    ask(&grace, "ping", json!({})).await?;
    Ok(())
}

#[tokio::test]
async fn a_refusal_names_its_fields_and_the_socket_stays() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let mut socket = WireSocket::open(&pair.ada).await?;
    assert_eq!(socket.next().await?["type"], "hello");
    let cases = [
        (r#"{"type":"nonsense","id":"a"}"#, "type invalid"),
        (r#"{"type":"ping","id":"a","data":null}"#, "data invalid"),
        (r#"{"type":"ping","id":"a","data":{"x":1}}"#, "x unknown_field"),
        (r#"{"type":"ping","id":"a","extra":1}"#, "extra unknown_field"),
        (
            r#"{"type":"conversation.changes","id":"a","data":{"conversation_id":7}}"#,
            "conversation_id invalid, after required",
        ),
    ];
    for (frame, expected) in cases {
        socket.send(frame).await?;
        let answer = socket.next_of("error").await?;
        let errors = answer["error"]["errors"].as_array().expect("errors").iter();
        let errors: Vec<_> =
            errors.map(|error| format!("{} {}", text(error, "field"), text(error, "code"))).collect();
        assert_eq!(
            (text(&answer, "id"), text(&answer["error"], "code")),
            ("a".into(), "validation_failed".into())
        );
        assert_eq!(errors.join(", "), expected, "{frame}");
    }
    socket.send(r#"{"type":"ping","id":"é"}"#).await?;
    let pong = socket.next().await?;
    assert_eq!(
        (&pong["type"], &pong["id"], pong["data"]["server_time"].is_string()),
        (&json!("reply"), &json!("é"), true)
    );
    Ok(())
}

#[tokio::test]
async fn what_is_no_frame_closes_the_socket_with_its_code() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let nested = |levels: usize| {
        format!(r#"{{"type":"ping","id":"1","data":{}1{}}}"#, r#"{"a":"#.repeat(levels), "}".repeat(levels))
    };
    let mut malformed: Vec<String> = [
        "",
        "[]",
        "{",
        r#"{"id":"1"}"#,
        r#"{"type":1,"id":"1"}"#,
        r#"{"type":"ping"}"#,
        r#"{"type":"ping","id":""}"#,
        r#"{"type":"ping","id":1}"#,
        r#"{"type":"ping","id":null}"#,
        r#"{"type":"ping","id":"1","id":"1"}"#,
        r#"{"type":"ping","id":"1","data":{"a":1,"a":1}}"#,
        r#"{"type":"ping","id":"\ud83d"}"#,
        r#"{"type":"ping","id":"1"} {}"#,
    ]
    .map(str::to_owned)
    .into();
    malformed.push(format!(r#"{{"type":"ping","id":"{}"}}"#, "x".repeat(65)));
    malformed.push(nested(16));
    for frame in malformed {
        let mut socket = WireSocket::open(&pair.ada).await?;
        socket.send(frame.clone()).await?;
        assert_eq!(socket.closed().await?, Some(4400), "{frame}");
    }
    let mut socket = WireSocket::open(&pair.ada).await?;
    socket.send_binary(br#"{"type":"ping","id":"1"}"#).await?;
    assert_eq!(socket.closed().await?, Some(4400), "binary");

    // Masked with zeros: a text that is no UTF-8, a reserved opcode, an unmasked frame.
    for (bytes, expected) in [
        (&[0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28][..], 1007),
        (&[0x83, 0x80, 0, 0, 0, 0], 1002),
        (&[0x81, 0x02, b'{', b'}'], 1002),
        (&[0xc1, 0x80, 0, 0, 0, 0], 1002),
    ] {
        let mut socket = WireSocket::open(&pair.ada).await?;
        socket.send_raw(bytes).await?;
        assert_eq!(socket.closed().await?, Some(expected), "{bytes:x?}");
    }
    let mut socket = WireSocket::open(&pair.ada).await?;
    let padded = |bytes: usize| format!(r#"{{"type":"ping","id":"1"{}}}"#, " ".repeat(bytes - 24));
    socket.send(padded(65_536)).await?;
    assert_eq!(socket.next_of("reply").await?["id"], "1", "the largest one");
    socket.send(nested(14)).await?;
    assert_eq!(socket.next_of("error").await?["error"]["code"], "validation_failed", "deep, but read");
    socket.send(padded(65_537)).await?;
    assert_eq!(socket.closed().await?, Some(1009));
    Ok(())
}

/// Sends many messages over one socket without waiting, and gives their numbers in the order of the history.
async fn order_of_sends(person: &SignedIn, chat: &str, count: usize) -> anyhow::Result<Vec<String>> {
    let mut socket = WireSocket::open(person).await?;
    for number in 0..count {
        let client_id = RequestId::new(&SystemClock);
        let data = json!({"conversation_id": chat, "client_id": client_id, "body": number.to_string()});
        socket
            .send(json!({"type": "message.send", "id": number.to_string(), "data": data}).to_string())
            .await?;
    }
    for _ in 0..count {
        let answer = loop {
            let frame = socket.next().await?;
            if frame["type"] == "reply" || frame["type"] == "error" {
                break frame;
            }
        };
        assert_eq!(answer["type"], "reply", "{answer}");
    }
    let history = crate::rest::history(person, chat).await?;
    Ok(history.iter().map(|message| text(message, "body")).collect())
}

#[tokio::test]
async fn sends_of_one_socket_are_stored_in_the_order_of_their_frames() -> anyhow::Result<()> {
    let pair = pair(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let order = order_of_sends(&pair.ada, &pair.chat.id.to_string(), 120).await?;
    assert_eq!(order, (0..120).map(|number| number.to_string()).collect::<Vec<_>>());
    Ok(())
}

#[tokio::test]
async fn the_check_of_addresses_lets_no_send_overtake_another() -> anyhow::Result<()> {
    let stack =
        two_gateways(&[("PULSE_GATEWAY_RATE_LIMITS", "off"), ("PULSE_AUTH_REQUIRE_VERIFIED_EMAIL", "on")])
            .await?;
    let ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let linus = sign_up(&gateway_url(&stack, 1)?, "linus").await?;
    verify(&stack, "ada", &ada).await?;
    let room = json!({"kind": "room", "title": "Engines"});
    let room = text(&ok(&ada, "POST /v1/conversations", Some(&room)).await?, "id");
    linus.join(room.parse()?).await?;
    let socket = linus.connect().await?;
    assert_eq!(code(socket.send_message(room.parse()?, "too early").await), "email_unverified");
    verify(&stack, "linus", &linus).await?;
    let elsewhere = linus.at(ada.base_url())?;
    for person in [&ada, &elsewhere] {
        let before = crate::rest::history(&ada, &room).await?.len();
        let order = order_of_sends(person, &room, 100).await?;
        assert_eq!(order[before..], (0..100).map(|number| number.to_string()).collect::<Vec<_>>());
    }
    Ok(())
}

#[tokio::test]
async fn edits_are_counted_for_rest_and_sockets_of_all_gateways_together() -> anyhow::Result<()> {
    const QUOTA: u128 = 240;
    const ONE_IS_FREE_AFTER_MS: u128 = 250;
    let pair = pair(&[]).await?;
    let socket = pair.ada.connect().await?;
    let elsewhere = pair.ada.at(pair.grace.base_url())?;
    let delete = format!("DELETE /v1/messages/{NOBODY}");
    let began = Instant::now();
    let mut taken = 0_u128;
    // Each refuses, sooner or later: when one does, the next may become free before the other is asked.
    let (mut by_rest, mut by_socket) = (0, 0);
    while by_rest == 0 || by_socket == 0 {
        let (status, problem) = call(&elsewhere, &delete, None).await?;
        assert_eq!(status == 429, text(&problem, "code") == "rate_limited", "{status} {problem}");
        let over_socket = refused(&socket, "message.delete", &json!({"message_id": NOBODY})).await;
        for (code, refusals) in [(text(&problem, "code"), &mut by_rest), (over_socket, &mut by_socket)] {
            match code.as_str() {
                "not_found" => taken += 1,
                "rate_limited" => *refusals += 1,
                other => anyhow::bail!("{other} after {taken}"),
            }
        }
        anyhow::ensure!(began.elapsed() < Duration::from_secs(60), "{taken} in a minute, and not refused");
    }
    let freed = began.elapsed().as_millis() / ONE_IS_FREE_AFTER_MS + 1;
    assert!((QUOTA..=QUOTA + freed).contains(&taken), "{taken}, and {freed} became free");
    Ok(())
}

#[tokio::test]
async fn a_flood_of_frames_is_closed() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let mut socket = WireSocket::open(&pair.ada).await?;
    for number in 0..301 {
        socket.send(json!({"type": "ping", "id": number.to_string()}).to_string()).await?;
    }
    let (frames, code) = socket.read_to_end().await?;
    assert_eq!(code, Some(4429));
    assert_eq!(
        frames.iter().filter(|frame| frame["type"] == "reply").count(),
        300,
        "what was allowed is answered"
    );
    // Another socket of hers is counted for itself.
    ask(&pair.ada.connect().await?, "ping", json!({})).await?;
    Ok(())
}

#[tokio::test]
async fn whoever_answers_no_ping_is_closed() -> anyhow::Result<()> {
    let pair = pair(&[("PULSE_GATEWAY_HEARTBEAT_INTERVAL_SECONDS", "1")]).await?;
    let mut silent = WireSocket::open(&pair.ada).await?;
    let hello = silent.next().await?;
    assert_eq!(number(&hello["data"], "heartbeat_interval_ms"), 1000);
    let mut lively = pair.ada.connect().await?;
    // Nothing is read, so nothing is answered.
    tokio::time::sleep(Duration::from_millis(3500)).await;
    assert_eq!(silent.closed().await?, Some(4408));
    assert!(tokio::time::timeout(Duration::from_secs(2), lively.wait_closed()).await.is_err(), "it answers");
    Ok(())
}
