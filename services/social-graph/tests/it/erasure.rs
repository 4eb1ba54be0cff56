//! What is told of blocks, mutes and reports to the one who made them, and what an erasure leaves of them.

use pulse_proto::graph::v1::RelationshipUpdated;
use pulse_types::SystemClock;
use tokio::time::timeout;

use crate::door::{Door, SOON};

#[tokio::test]
async fn an_export_holds_whom_one_blocks_mutes_and_reported_and_not_by_whom_one_is() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    for number in 0..3 {
        let other = door.person(&format!("other{number}")).await.unwrap();
        ada.block(&other).await.unwrap();
        ada.mute(&other).await.unwrap();
        other.block(&ada).await.unwrap();
        other.report(&ada, Some(pulse_types::MessageId::new(&SystemClock)), "spam", "of her").await.unwrap();
    }
    // More than one piece holds.
    for number in 0..19 {
        ada.report(&bob, None, "other", &format!("words {number} {}", "\u{1}".repeat(1900))).await.unwrap();
    }
    let documents = door.export(&ada).await;
    for name in ["blocks.json", "mutes.json"] {
        let list: serde_json::Value = serde_json::from_str(&documents[name]).unwrap();
        let names: Vec<_> = list.as_array().unwrap().iter().map(|item| item["username"].clone()).collect();
        assert_eq!(names, ["other0", "other1", "other2"], "{name}");
    }
    let reports: serde_json::Value = serde_json::from_str(&documents["reports.json"]).unwrap();
    let reports = reports.as_array().unwrap();
    assert_eq!(reports.len(), 19);
    for (number, report) in reports.iter().enumerate() {
        assert_eq!((&report["reason"], &report["user_id"]), (&"other".into(), &bob.id().to_string().into()));
        assert!(report["detail"].as_str().unwrap().starts_with(&format!("words {number} ")));
    }
    assert!(!documents["reports.json"].contains("of her"));
    let nothing = door.export(&bob).await;
    assert!(["blocks.json", "mutes.json", "reports.json"].iter().all(|name| nothing[*name] == "[]\n"));
}

#[tokio::test]
async fn erasing_ends_blocks_mutes_and_points_and_takes_name_and_words_out_of_reports() {
    let door = Door::open().await.unwrap();
    let (ada, bob, carol) = (
        door.person("ada").await.unwrap(),
        door.person("bob").await.unwrap(),
        door.person("carol").await.unwrap(),
    );
    bob.block(&ada).await.unwrap();
    carol.mute(&ada).await.unwrap();
    ada.block(&carol).await.unwrap();
    ada.mute(&bob).await.unwrap_err();
    let report_id = ada.report(&carol, None, "spam", "Canary words").await.unwrap();
    bob.report(&ada, None, "spam", "of her").await.unwrap();
    let mut of_bob = door.inbox(&bob).await.unwrap();
    door.erase(&ada).await;
    let told: RelationshipUpdated = timeout(SOON, of_bob.next()).await.unwrap().unwrap().decode().unwrap();
    assert_eq!((told.user_id, told.user), (ada.id().to_string(), None));
    assert!(bob.blocked_names().await.is_empty());
    for table in [
        "SELECT count(*) FROM blocks",
        "SELECT count(*) FROM mutes",
        "SELECT count(*) FROM relationship_points p WHERE NOT EXISTS (SELECT FROM profiles WHERE user_id = p.user_id)",
    ] {
        assert_eq!(door.count(table).await.unwrap(), 0, "{table}");
    }
    let reports = door.queue(false, Default::default()).await.reports;
    let own = reports.iter().find(|report| report.report_id == report_id).unwrap();
    assert_eq!((own.reporter_id.as_str(), own.detail.as_str(), own.username.as_str()), ("", "", "carol"));
    let of_her = reports.iter().find(|report| report.report_id != report_id).unwrap();
    assert_eq!((&of_her.user_id, of_her.username.as_str()), (&ada.id().to_string(), ""));
    assert!(!door.dump().await.contains("Canary"));
}
