//! `pulse reports`: what people report is answered by operators, once.

use anyhow::Context as _;
use pulse_client::NewMessage;
use serde_json::json;

use crate::operator::{ok, pulse};
use crate::people::{Pair, pair};
use crate::rest;

const NOBODY: &str = "0190a5c6-7c1f-7000-8000-000000000001";

#[tokio::test]
async fn what_people_report_waits_for_operators_and_is_closed_once() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, chat } = pair(&[]).await?;
    assert_eq!(ok(&stack, &["reports", "list"]).await?, "", "nothing waits");
    let message = grace.send(chat.id, &NewMessage::new("buy my engines")).await?.message;
    let spam = json!({"user_id": grace.user_id(), "message_id": message.id, "reason": "spam",
        "detail": "she sells\nengines \u{1b}[2J"});
    let first = rest::text(&rest::ok(&ada, "POST /v1/reports", Some(&spam)).await?, "id");
    let rude = json!({"user_id": ada.user_id(), "reason": "harassment"});
    let second = rest::text(&rest::ok(&grace, "POST /v1/reports", Some(&rude)).await?, "id");

    let waiting = ok(&stack, &["reports", "list"]).await?;
    let lines: Vec<&str> = waiting.lines().collect();
    let [facts, words, more, other] = lines.as_slice() else { anyhow::bail!("{waiting}") };
    let (id, rest_of) = facts.split_once("  ").context("no id")?;
    assert_eq!(id, first, "oldest first");
    for told in [
        "  spam           grace ",
        &grace.user_id().to_string(),
        &format!("  message {}", message.id),
        &format!("  by {}", ada.user_id()),
    ] {
        assert!(rest_of.contains(told), "{told} in {facts}");
    }
    assert_eq!((*words, *more), ("    she sells", "    engines \u{fffd}[2J"), "what cannot steer a terminal");
    assert!(
        other.starts_with(&second) && other.contains("  harassment     ada ") && !other.contains("message")
    );

    assert_eq!(ok(&stack, &["reports", "list", "--closed"]).await?, "");
    let closed = ok(&stack, &["reports", "resolve", &first, "--note", "warned"]).await?;
    assert_eq!(closed, format!("{first}  closed\n"));
    let again = ok(&stack, &["reports", "resolve", &first, "--note", "warned twice"]).await?;
    assert_eq!(again, format!("{first}  was closed before; its note stays as it is\n"));
    assert_eq!(ok(&stack, &["reports", "list"]).await?, format!("{other}\n"));
    let answered = ok(&stack, &["reports", "list", "--closed"]).await?;
    assert!(answered.starts_with(&first) && !answered.contains("twice"), "{answered}");
    let note = answered.lines().last().context("no note")?;
    assert!(note.starts_with("    closed ") && note.ends_with(": warned"), "{note}");

    // What can't be done is told, and nothing is changed by it.
    let long = "x".repeat(2001);
    for (args, told) in [
        (vec!["resolve", NOBODY], "report"),
        (vec!["resolve", "first"], "report"),
        (vec!["resolve", &second, "--note", &long], "note"),
    ] {
        let args = [&["reports"], args.as_slice()].concat();
        let (status, output) = pulse(&stack, &args).await?;
        assert_eq!(status.code(), Some(1), "{output}");
        assert!(output.contains(told) && output.lines().count() == 1, "{output}");
    }
    assert_eq!(ok(&stack, &["reports", "list"]).await?, format!("{other}\n"));
    Ok(())
}
