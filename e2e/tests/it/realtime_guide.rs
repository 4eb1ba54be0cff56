//! `docs/realtime.md` holds: its examples run as they stand there, and it names every close code.

use std::path::PathBuf;
use std::process::Output;
use std::time::Duration;

use anyhow::Context as _;
use tokio::process::Command;

use crate::people::{Pair, gateway_url, pair};

const GUIDE: &str = include_str!("../../../docs/realtime.md");
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const CLOSE_CODES: [u16; 13] = [1000, 1002, 1007, 1009, 1011, 1012, 1013, 4400, 4401, 4403, 4408, 4429, 4503];
/// All examples of one language, on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The examples of a language, one after the other: later ones use what earlier ones made.
fn examples(language: &str) -> String {
    let begin = format!("\n```{language}\n");
    let blocks = GUIDE.split(&begin).skip(1);
    blocks.filter_map(|rest| rest.split_once("\n```")).map(|(block, _)| format!("{block}\n")).collect()
}

/// Runs them as grace, at the second gateway.
async fn run(pair: &Pair, program: &str, args: &[&str]) -> anyhow::Result<Output> {
    let running = Command::new(program)
        .args(args)
        .env("PULSE_URL", gateway_url(&pair.stack, 1)?)
        .env("PULSE_TOKEN", &pair.grace.session.access_token)
        .env("PULSE_CONVERSATION_ID", pair.chat.id.to_string())
        .env("no_proxy", "*")
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(TIMEOUT, running).await.context("the examples did not end")??;
    let said = String::from_utf8_lossy(&output.stdout);
    anyhow::ensure!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(output)
}

#[test]
fn the_guide_says_what_to_do_on_every_close_code() {
    for code in CLOSE_CODES {
        assert!(GUIDE.contains(&code.to_string()), "docs/realtime.md does not tell of {code}");
    }
}

#[tokio::test]
async fn the_examples_of_the_guide_run_in_python() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let output =
        run(&pair, &format!("{ROOT}/.pulse/tools/bin/python3"), &["-c", &examples("python")]).await?;
    let said = String::from_utf8(output.stdout)?;
    assert!(said.contains("connected as") && said.contains("stored at position"), "{said}");
    Ok(())
}

#[tokio::test]
async fn the_examples_of_the_guide_run_in_javascript() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let tools = PathBuf::from(ROOT).join(".pulse/tools/bin/node");
    // The one that was installed, if the machine had none.
    let node = if tools.is_file() { tools.display().to_string() } else { "node".to_owned() };
    let code = examples("javascript");
    let args = ["--experimental-websocket", "--input-type=module", "--eval", &code];
    let output = run(&pair, &node, &args).await?;
    assert_eq!(String::from_utf8(output.stdout)?, "heard on both: Hello from JavaScript\n");
    Ok(())
}
