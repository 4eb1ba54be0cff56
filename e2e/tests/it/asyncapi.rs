//! The frames held against the AsyncAPI document by a client that knows nothing else, over sockets and an event stream at two
//! gateways.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Context as _;
use tokio::process::Command;

use crate::people::{Pair, gateway_url, pair};

const DOCUMENT: &str = include_str!("../../../services/gateway/asyncapi.json");
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const TIMEOUT: Duration = Duration::from_secs(90);
/// What may take more than a conversation of two: other journeys have it, and a test beside the document its shape.
const NOT_SEEN: [&str; 5] =
    ["auth.expiring", "presence.count", "server.degraded", "server.draining", "sync.required"];

#[tokio::test]
async fn every_frame_of_a_foreign_client_is_what_the_document_says() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, chat } = pair(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let client = Command::new(format!("{ROOT}/.pulse/tools/bin/python3"))
        .arg(format!("{ROOT}/e2e/foreign/frames.py"))
        .arg(format!("{ROOT}/web/node_modules/@asyncapi/specs/schemas/3.0.0.json"))
        .env("PULSE_URLS", format!("{} {}", gateway_url(&stack, 0)?, gateway_url(&stack, 1)?))
        .env("PULSE_TOKENS", format!("{} {}", ada.session.access_token, grace.session.access_token))
        .env("PULSE_USERS", format!("{} {}", ada.user_id(), grace.user_id()))
        .env("PULSE_CONVERSATION_ID", chat.id.to_string())
        .env("no_proxy", "*")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(TIMEOUT, client).await.context("the client did not end")??;
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let seen: BTreeSet<String> = serde_json::from_slice(&output.stdout)?;
    let document: serde_json::Value = serde_json::from_str(DOCUMENT)?;
    let messages = document["components"]["messages"].as_object().context("messages")?;
    let unseen = messages.keys().filter(|name| !seen.contains(*name) && !NOT_SEEN.contains(&name.as_str()));
    assert_eq!(
        unseen.collect::<Vec<_>>(),
        [""; 0],
        "the client saw no such frame, so nothing proves its shape"
    );
    Ok(())
}
