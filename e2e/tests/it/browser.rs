//! Two people in two browsers, driven by Playwright against a stack of real servers.

use anyhow::Context as _;
use pulse_testkit::{Stack, StackOptions};
use tokio::process::Command;

#[tokio::test]
async fn two_people_meet_and_chat_in_their_browsers() -> anyhow::Result<()> {
    let web = concat!(env!("CARGO_MANIFEST_DIR"), "/../web");
    // Browsers keep a `Secure` cookie of http://localhost, but not of the gateways' own http://127.0.0.1.
    let options = StackOptions { gateways: 2, ..StackOptions::default() };
    let stack = Stack::start(options.set("PULSE_INSECURE_COOKIES", "on")).await?;
    let output = Command::new("npm")
        .args(["run", "--silent", "journey"])
        .current_dir(web)
        .env("PULSE_STACK_JSON", stack.data_dir().join("stack.json"))
        .kill_on_drop(true)
        .output()
        .await
        .context("npm can't be started; `make test` installs it")?;
    let text = String::from_utf8_lossy(&output.stdout);
    anyhow::ensure!(
        output.status.success(),
        "the journey failed:\n{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
