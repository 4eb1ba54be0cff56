//! The public API held against its own OpenAPI document by a fuzzer that knows nothing but that document: no answer outside
//! of it, and none that is a fault of ours.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use pulse_client::{NewConversation, NewMessage};
use tokio::process::Command;

use crate::people::pair;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
/// Calls that would end the session that the fuzzer works with, and pages for browsers.
const NOT_ASKED: &str = "^/v1/(auth/(?!providers|events|identities$).*|me$)";
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,\
    response_headers_conformance,unsupported_method";
const TIMEOUT: Duration = Duration::from_secs(240);

#[tokio::test]
async fn no_answer_is_outside_of_the_document() -> anyhow::Result<()> {
    let pair = pair(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    // Something to find.
    let (room, _) = pair.ada.create(&NewConversation::room("Engines")).await?;
    pair.ada.send(room.id, &NewMessage::new("hello")).await?;
    let document = format!("{}/v1/openapi.json", pair.stack.description()?.url);
    let authorization = format!("Authorization: Bearer {}", pair.ada.session.access_token);
    let checks: String = CHECKS.split_whitespace().collect();
    let program = Path::new(ROOT).join(".pulse/tools/bin/schemathesis");
    let fuzzer = Command::new(program)
        .args(["run", &document, "--header", &authorization, "--exclude-path-regex", NOT_ASKED])
        .args(["--checks", &checks, "--phases", "examples,coverage,fuzzing", "--max-examples", "5"])
        .args(["--workers", "2", "--seed", "7", "--request-timeout", "40", "--no-color"])
        // Its notes are no part of the tree.
        .current_dir(pair.stack.data_dir())
        .env("NO_PROXY", "localhost,127.0.0.1")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(TIMEOUT, fuzzer).await.context("the fuzzer did not end")??;
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{report}{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
