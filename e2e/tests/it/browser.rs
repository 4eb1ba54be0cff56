//! People in browsers, driven by Playwright against a stack of real servers, with a real outside provider to sign in by.

use anyhow::Context as _;
use pulse_testkit::{OidcProvider, Stack, StackOptions};
use serde_json::json;
use tokio::process::Command;

/// Without a port: the provider has to know where browsers come back to before the stack has one.
const CALLBACK: &str = "http://localhost/v1/auth/oauth/google/callback";
/// Whom the provider knows.
const OUTSIDE_LOGIN: &str = "ola";

#[tokio::test]
async fn two_people_meet_and_chat_in_their_browsers() -> anyhow::Result<()> {
    let web = concat!(env!("CARGO_MANIFEST_DIR"), "/../web");
    // Browsers keep a `Secure` cookie of http://localhost, but not of the gateways' own http://127.0.0.1.
    let options = StackOptions { gateways: 2, ..StackOptions::default() };
    let mut options = options.set("PULSE_INSECURE_COOKIES", "on");
    let provider = OidcProvider::start(&[CALLBACK.to_owned()], true).await?;
    provider.set_account(
        OUTSIDE_LOGIN,
        json!({ "email": "ola@example.org", "email_verified": true, "name": "Ola Nordmann" }),
    )?;
    for (name, value) in provider.settings("GOOGLE") {
        options = options.set(&name, value);
    }
    let stack = Stack::start(options).await?;
    let output = Command::new("npm")
        .args(["run", "--silent", "journey"])
        .current_dir(web)
        .env("PULSE_STACK_JSON", stack.data_dir().join("stack.json"))
        .env("PULSE_OUTSIDE_LOGIN", OUTSIDE_LOGIN)
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
