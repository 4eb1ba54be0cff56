//! The public API held against its own OpenAPI document by a fuzzer that knows that document: no answer outside of it, and none
//! that is a fault of ours. It asks every operation, also those that end sessions and accounts: `e2e/foreign/fuzz` gives it
//! accounts to spend, and tells what exists.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use anyhow::Context as _;
use pulse_client::Client;
use pulse_testkit::{OidcProvider, Stack, StackOptions};
use reqwest::Method;
use tokio::process::Command;

use crate::operator;
use crate::people::sign_up;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,\
    response_headers_conformance,unsupported_method";
/// Generated cases for each operation, beside those that the document suggests; `make fuzz` asks for 100.
const EXAMPLES: &str = "PULSE_FUZZ_EXAMPLES";
const EXAMPLES_DEFAULT: &str = "5";
/// As in `outside.rs`: the provider must know it before the system has its port.
const PUBLIC_URL: &str = "http://localhost:8080";
/// What can't succeed without a person at the provider, which `outside.rs` has; what the fuzzer reads, and so does not ask; and
/// what has no end, which `streams.rs` has.
const NOT_DONE: [&str; 3] = ["exchangeOauth", "streamEvents", "getOpenApi"];

/// How often each operation answered with which status.
type Answers = BTreeMap<String, BTreeMap<u16, u32>>;

/// The operations of the document.
async fn operations(url: &str) -> anyhow::Result<Vec<String>> {
    let (_, document) = Client::new(url)?.raw(Method::GET, "/v1/openapi.json", None).await?;
    let paths = document["paths"].as_object().context("paths")?;
    let operations = paths.values().filter_map(|item| item.as_object()).flat_map(|item| item.values());
    let named = operations.map(|operation| operation["operationId"].as_str().map(str::to_owned));
    named.collect::<Option<_>>().context("an operation without a name")
}

#[tokio::test]
async fn no_answer_of_any_operation_is_outside_of_the_document() -> anyhow::Result<()> {
    let provider =
        OidcProvider::start(&[format!("{PUBLIC_URL}/v1/auth/oauth/google/callback")], false).await?;
    let options = StackOptions::default().set("PULSE_GATEWAY_RATE_LIMITS", "off");
    let options = options.set("PULSE_PUBLIC_URL", PUBLIC_URL);
    let options = provider
        .settings("GOOGLE")
        .into_iter()
        .fold(options, |options, (name, value)| options.set(&name, value));
    let stack = Stack::start(options).await?;
    let description = stack.description()?;
    let mut operator = sign_up(&description.gateways[0].url, "operator").await?;
    operator::ok(&stack, &["operator", "operator"]).await?;
    operator.refresh().await?;

    let document = format!("{}/v1/openapi.json", description.gateways[0].url);
    let checks: String = CHECKS.split_whitespace().collect();
    let told = stack.data_dir().join("fuzz.json");
    let program = Path::new(ROOT).join(".pulse/tools/bin/schemathesis");
    let examples = std::env::var(EXAMPLES).unwrap_or_else(|_| EXAMPLES_DEFAULT.to_owned());
    let output = Command::new(program)
        .args(["run", &document, "--exclude-operation-id", "streamEvents"])
        .args(["--checks", &checks, "--phases", "examples,coverage,fuzzing"])
        .args([
            "--max-examples",
            &examples,
            "--workers",
            "2",
            "--seed",
            "7",
            "--request-timeout",
            "40",
            "--no-color",
        ])
        // Its notes are no part of the tree.
        .current_dir(stack.data_dir())
        .env("SCHEMATHESIS_HOOKS", Path::new(ROOT).join("e2e/foreign/fuzz/hooks.py"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PULSE_FUZZ_URL", &description.gateways[0].url)
        .env("PULSE_FUZZ_MAIL_DIR", &description.mail_dir)
        .env("PULSE_FUZZ_OPERATOR_TOKEN", &operator.session.access_token)
        .env("PULSE_FUZZ_PROVIDER", "google")
        .env("PULSE_FUZZ_ANSWERS", &told)
        .env("NO_PROXY", "localhost,127.0.0.1")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await?;
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{report}{}", String::from_utf8_lossy(&output.stderr));

    let answers: Answers = serde_json::from_slice(&std::fs::read(told)?)?;
    let has_done = |operation: &&String| {
        let answered = answers.get(*operation).into_iter().flatten();
        answered.filter(|(status, _)| **status < 400).count() > 0
    };
    let operations = operations(&description.gateways[0].url).await?;
    let undone: Vec<_> = operations.iter().filter(|operation| !has_done(operation)).collect();
    assert_eq!(undone, NOT_DONE, "only errors, or nothing, were answered by them: {answers:?}");
    Ok(())
}
