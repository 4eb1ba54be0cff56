//! How JSON and its fields are read or refused.

use proptest::prelude::*;

use super::*;

fn nested(levels: usize) -> String {
    format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels))
}

#[test]
fn sixteen_levels_are_read_and_seventeen_are_not() {
    assert!(parse_object(nested(16).as_bytes()).is_ok());
    assert!(matches!(parse_object(nested(17).as_bytes()), Err(Malformed::Json(_))));
}

#[test]
fn what_is_no_object_or_ambiguous_is_malformed() {
    for text in [
        "",
        "[]",
        "1",
        "null",
        "{",
        "{} {}",
        "{\"a\":1,\"a\":2}",
        "{\"b\":{\"a\":1,\"a\":2}}",
        r#"{"a":"\ud800"}"#,
    ] {
        assert!(parse_object(text.as_bytes()).is_err(), "{text}");
    }
    assert!(parse_object(b"{\"a\":\"\xff\"}").is_err());
    assert_eq!(parse_object(b" {} "), Ok(Map::new()));
}

#[test]
fn every_fault_is_told_at_once() {
    let map = parse_object(br#"{"id":"x","flag":1,"seq":-1,"extra":0,"zero":"a\u0000"}"#).expect("an object");
    let mut fields = Fields::new(map);
    let id = fields.parsed::<pulse_types::UserId>("id", "a UUID");
    let flag = fields.switch("flag", false);
    let seq = fields.seq("seq");
    let zero = fields.text("zero");
    let gone = fields.text("gone");
    let failure = fields.finish(|| Some((id?, flag?, seq?, zero?, gone?))).expect_err("faults");
    let faults: Vec<_> =
        failure.fields.iter().map(|fault| format!("{} {}", fault.field, fault.code)).collect();
    assert_eq!(
        faults,
        [
            "id invalid",
            "flag invalid",
            "seq too_small",
            "zero invalid",
            "gone required",
            "extra unknown_field"
        ]
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse_object(&bytes);
    }

    #[test]
    fn what_serde_writes_is_read_back(keys in proptest::collection::btree_map("[a-z]{1,4}", "\\PC{0,8}", 0..6)) {
        let text = serde_json::to_vec(&keys).expect("JSON");
        let map = parse_object(&text).expect("an object");
        prop_assert_eq!(map.len(), keys.len());
        for (key, value) in &keys {
            prop_assert_eq!(map.get(key), Some(&Value::String(value.clone())));
        }
    }
}

#[test]
fn faults_of_an_inner_object_are_told_with_their_path() {
    let map = parse_object(br#"{"settings":{"flag":1,"extra":0},"bio":null,"list":[]}"#).expect("an object");
    let mut fields = Fields::new(map);
    assert!(fields.take_null("bio") && !fields.take_null("bio"));
    assert_eq!(fields.object("absent", |_| Some(())), Some(None));
    assert_eq!(fields.object("list", |_| Some(())), None);
    let flag = fields.object("settings", |inner| inner.optional_switch("flag"));
    let failure = fields.finish(|| flag).expect_err("faults");
    let faults: Vec<_> =
        failure.fields.iter().map(|fault| format!("{} {}", fault.field, fault.code)).collect();
    assert_eq!(faults, ["list invalid", "settings.flag invalid", "settings.extra unknown_field"]);
}
