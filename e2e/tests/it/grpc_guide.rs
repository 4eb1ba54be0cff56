//! `docs/grpc.md` holds: its examples run as they stand there, with a foreign client, and it names every RPC.

use std::path::Path;

use anyhow::Context as _;
use pulse_client::SignedIn;
use pulse_testkit::{Stack, StackOptions};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::people::{connect, sign_up};

const GUIDE: &str = include_str!("../../../docs/grpc.md");
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The examples, one after the other: later ones use what earlier ones made.
fn examples() -> String {
    let blocks = GUIDE.split("\n```python\n").skip(1);
    blocks.filter_map(|rest| rest.split_once("\n```")).map(|(block, _)| format!("{block}\n")).collect()
}

/// `pulsechat.<area>.v1.<Service>` and the names of its methods, from all contracts.
fn services() -> anyhow::Result<Vec<(String, Vec<String>)>> {
    let mut services = Vec::new();
    for area in ["auth", "graph", "messages"] {
        for entry in std::fs::read_dir(Path::new(ROOT).join("proto/pulsechat").join(area).join("v1"))? {
            let mut methods: Option<(String, Vec<String>)> = None;
            for line in std::fs::read_to_string(entry?.path())?.lines() {
                if let Some(name) = line.strip_prefix("service ").and_then(|rest| rest.split(' ').next()) {
                    services.extend(methods.take());
                    methods = Some((format!("pulsechat.{area}.v1.{name}"), Vec::new()));
                }
                let method = line.strip_prefix("  rpc ").and_then(|rest| rest.split('(').next());
                if let Some((method, (_, methods))) = method.zip(methods.as_mut()) {
                    methods.push(method.to_owned());
                }
            }
            services.extend(methods);
        }
    }
    Ok(services)
}

#[test]
fn the_guide_names_every_rpc() -> anyhow::Result<()> {
    let services = services()?;
    assert!(services.len() > 10, "{services:?}");
    for (service, methods) in services {
        let chapter = GUIDE.split(&format!("\n### {service}\n")).nth(1);
        let chapter = chapter.with_context(|| format!("docs/grpc.md has no chapter on {service}"))?;
        let chapter = chapter.split("\n### ").next().unwrap_or_default();
        for method in methods {
            assert!(
                chapter.contains(&format!("| `{method}`")),
                "docs/grpc.md does not tell of {service}/{method}"
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_examples_of_the_guide_run() -> anyhow::Result<()> {
    let stack = Stack::start(StackOptions::default()).await?;
    let description = stack.description()?;
    let ada = sign_up(&description.url, "ada").await?;
    let grace = sign_up(&description.url, "grace").await?;
    connect(&ada, &grace).await?;
    let secrets: Value = serde_json::from_slice(&std::fs::read(stack.data_dir().join("secrets.json"))?)?;
    let person =
        |person: &SignedIn| json!({"user_id": person.user_id(), "session_id": person.session.session_id});
    let output = Command::new(format!("{ROOT}/.pulse/tools/bin/python3"))
        .args(["-c", &examples()])
        .env("PULSE_SERVICE_KEY", secrets["gateway.service-key"].as_str().context("no key")?)
        .env("PULSE_GRAPH_ADDRESS", &description.services.social_graph.grpc_addr)
        .env("PULSE_MESSAGES_ADDRESS", &description.services.message_store.grpc_addr)
        .env("PULSE_PEOPLE", json!([person(&ada), person(&grace)]).to_string())
        .env("no_proxy", "*")
        .kill_on_drop(true)
        .output()
        .await
        .context("Python can't be started; `make test` installs it")?;
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("ada"), "{said}");
    Ok(())
}
