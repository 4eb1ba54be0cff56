//! The document tells what the frames are.

use std::collections::BTreeSet;

use super::*;
use crate::ws::frames::{Command, parse};

/// All types of one variant. A new variant does not compile until it stands here.
fn types_of(command: &Command) -> &'static [&'static str] {
    match command {
        Command::Ping => &["ping"],
        Command::AuthRefresh { .. } => &["auth.refresh"],
        Command::Sync { .. } => &["sync"],
        Command::ConversationChanges { .. } => &["conversation.changes"],
        Command::ConversationOpen { .. } => &["conversation.open"],
        Command::ConversationClose { .. } => &["conversation.close"],
        Command::MessageSend(_) => &["message.send"],
        Command::MessageEdit { .. } => &["message.edit"],
        Command::MessageDelete { .. } => &["message.delete"],
        Command::Reaction { .. } => &["reaction.add", "reaction.remove"],
        Command::DeliveredMark { .. } => &["delivered.mark"],
        Command::ReadMark { .. } => &["read.mark"],
        Command::Typing { .. } => &["typing.start", "typing.stop"],
        Command::PresenceSet { .. } => &["presence.set"],
        Command::PresenceWatch { .. } => &["presence.watch"],
    }
}

/// A value that a schema allows.
fn example(schema: &Value) -> Value {
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match (kind, schema["format"].as_str()) {
        (Some("string"), Some("uuid")) => json!("0190a5c6-7c1f-7000-8000-000000000001"),
        (Some("string"), _) => json!("text"),
        (Some("integer"), _) => json!(1),
        (Some("array"), _) => json!([example(&schema["items"])]),
        (kind, format) => panic!("no example of {kind:?} {format:?} in {schema}"),
    }
}

#[test]
fn what_is_read_is_what_the_document_says() {
    for request in REQUESTS {
        let data = &request.message()["payload"]["properties"]["data"];
        let properties = data["properties"].as_object().expect("properties");
        let full: Map<_, _> =
            properties.iter().map(|(name, schema)| (name.clone(), example(schema))).collect();
        let read = |data: &Map<String, Value>| {
            let frame = json!({"type": request.name, "id": "1", "data": data});
            parse(&frame.to_string()).expect("a frame").command
        };
        let command = read(&full).unwrap_or_else(|failure| panic!("{}: {failure:?}", request.name));
        assert!(types_of(&command).contains(&request.name), "{} is read as {command:?}", request.name);
        let required: BTreeSet<_> =
            data["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for name in properties.keys() {
            let mut less = full.clone();
            less.remove(name);
            // A message needs a body unless it has files; here it has both.
            assert_eq!(
                read(&less).is_err(),
                required.contains(name.as_str()),
                "{} without {name}",
                request.name
            );
        }
        let mut more = full.clone();
        more.insert("surprise".to_owned(), json!(1));
        assert!(read(&more).is_err(), "{} takes unknown fields", request.name);
        assert!(!reply_data(request.reply).is_null(), "{} has no reply {}", request.name, request.reply);
    }
}

#[test]
fn every_request_and_every_event_is_in_the_document() {
    let listed: BTreeSet<_> = REQUESTS.iter().map(|request| request.name).collect();
    // Each type that is read is an arm of a match: `"type" => …`.
    let source = include_str!("../frames/requests.rs");
    let arms = source.split("fn reader(").nth(1).and_then(|rest| rest.split("_ => return None").next());
    let read =
        arms.expect("the match").split(" =>").filter_map(|arm| arm.strip_suffix('"')?.rsplit('"').next());
    assert_eq!(listed, read.collect());
    // Two variants share a type.
    assert_eq!(variants::<Event<'_>>().len(), events().len() + 1);
    assert!(events().keys().all(|name| !name.is_empty()));
}

#[test]
fn events_that_are_no_whole_object_are_written_as_the_document_says() {
    let at = "2026-01-31T09:30:00.123Z".parse().expect("a moment");
    let id = "0190a5c6-7c1f-7000-8000-000000000001";
    let (conversation_id, user_id) = (id.parse().expect("an id"), id.parse().expect("an id"));
    for event in [
        Event::AuthExpiring { access_token_expires_at: at },
        Event::ServerDraining { reconnect_after_ms: 250 },
        Event::ServerDegraded { degraded: &["redis"] },
        Event::Typing { conversation_id, user_id, active: true },
        Event::PresenceCount { conversation_id, online_count: 3 },
        Event::SyncRequired { conversation_ids: Some(&[conversation_id]) },
        Event::SyncRequired { conversation_ids: None },
        Event::RelationshipUpdated { user_id, user: None },
        Event::Closing { code: 4401, reason: "the access token has expired" },
    ] {
        let written = serde_json::to_value(&event).expect("JSON");
        let message = events().get(written["type"].as_str().expect("a type")).cloned().expect("a message");
        let data = &message["payload"]["properties"]["data"];
        let told: BTreeSet<_> =
            written["data"].as_object().expect("data").keys().map(String::as_str).collect();
        let known: BTreeSet<_> =
            data["properties"].as_object().expect("properties").keys().map(String::as_str).collect();
        let required = data["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        assert!(told.is_subset(&known), "{written}");
        assert!(required.collect::<BTreeSet<_>>().is_subset(&told), "{written}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|value| walk(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    walk(&document, &mut found);
    assert!(found.len() > 100);
    for pointer in found {
        let path = pointer.strip_prefix('#').expect("a pointer within");
        assert!(document.pointer(path).is_some(), "{pointer}");
    }
}

#[test]
fn the_recorded_document_is_that_of_the_frames() {
    let recorded = include_str!("../../../asyncapi.json");
    let current = serde_json::to_string_pretty(&document()).expect("JSON");
    let hint = "record it again: cargo run --example openapi -p pulse-gateway";
    assert!(recorded.trim_end() == current, "services/gateway/asyncapi.json differs from the frames; {hint}");
}
