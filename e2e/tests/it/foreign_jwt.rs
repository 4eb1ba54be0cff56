//! A library of somebody else verifies our access tokens by nothing but what we publish.

use anyhow::Context as _;
use pulse_testkit::{Stack, StackOptions};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::people::{gateway_url, sign_up};

/// What `e2e/foreign/verify_token.py` says.
async fn verify(url: &str, audience: &str, token: &str) -> anyhow::Result<Result<Value, String>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let output = Command::new(format!("{root}/.pulse/tools/bin/python3"))
        .arg(format!("{root}/e2e/foreign/verify_token.py"))
        .args([url, audience, token])
        .env("no_proxy", "*")
        .kill_on_drop(true)
        .output()
        .await
        .context("Python can't be started; `make test` installs it")?;
    Ok(match output.status.success() {
        true => Ok(serde_json::from_slice(&output.stdout)?),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    })
}

#[tokio::test]
async fn pyjwt_verifies_our_tokens_and_refuses_altered_ones() -> anyhow::Result<()> {
    let stack = Stack::start(StackOptions::default()).await?;
    let url = stack.description()?.url;
    let ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let token = &ada.session.access_token;

    let verified = verify(&url, "pulsechat", token).await?.map_err(anyhow::Error::msg)?;
    assert_eq!((&verified["header"]["alg"], &verified["header"]["typ"]), (&json!("EdDSA"), &json!("at+jwt")));
    let claims = &verified["claims"];
    assert_eq!(claims["sub"], json!(ada.user_id()));
    assert_eq!(claims["sid"], json!(ada.session.session_id));
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(url), &json!("pulsechat")));

    // One letter of the claims, and one of the signature.
    let signature = token.rfind('.').context("a JWT")? + 1;
    let payload = token.find('.').context("a JWT")? + 1;
    for at in [payload + 20, signature + 20] {
        let letter = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
        let mut altered = token.clone();
        altered.replace_range(at..=at, letter);
        let fault = verify(&url, "pulsechat", &altered).await?.expect_err("an altered token");
        assert!(fault.contains("InvalidSignatureError") || fault.contains("DecodeError"), "{fault}");
    }
    let fault = verify(&url, "another service", token).await?.expect_err("a token for somebody else");
    assert!(fault.contains("InvalidAudienceError"), "{fault}");
    Ok(())
}
