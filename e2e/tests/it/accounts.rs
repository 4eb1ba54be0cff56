//! Accounts as their owners use them: devices, passwords, addresses, the second factor, names and settings.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use pulse_client::{Client, Error, MfaChallenge, Profile, SignedIn};
use pulse_testkit::{Stack, StackOptions};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::mailbox::{letter, letters};
use crate::people::{code, connect, gateway_url, sign_up, two_gateways, until};

const PASSWORD: &str = "ada keeps a long secret";
const OTHER_PASSWORD: &str = "another long secret of hers";

/// One gateway without rate limits.
async fn one_gateway(env: &[(&str, &str)]) -> anyhow::Result<(Stack, String)> {
    let options = StackOptions::default().set("PULSE_GATEWAY_RATE_LIMITS", "off");
    let stack =
        Stack::start(env.iter().fold(options, |options, (name, value)| options.set(name, *value))).await?;
    let url = stack.description()?.url;
    Ok((stack, url))
}

/// The code of an authenticator, `steps` of 30 s from now.
#[expect(clippy::disallowed_methods, reason = "an authenticator has a clock of its own")]
pub(crate) fn totp(secret: &str, steps: i64) -> anyhow::Result<String> {
    let secret = totp_rs::Secret::try_from_base32(secret).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let app = totp_rs::Builder::new().with_secret(secret).build();
    let app = app.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    Ok(app.generate(u64::try_from(now + steps * 30)?).to_string())
}

fn challenge(outcome: Result<SignedIn, Error>) -> anyhow::Result<MfaChallenge> {
    match outcome {
        Err(Error::SecondFactor(challenge)) => Ok(challenge),
        other => anyhow::bail!("no second factor was asked for: {:?}", other.map(drop)),
    }
}

/// Status and problem of a call.
async fn refused(person: &SignedIn, method: Method, path: &str, body: Value) -> anyhow::Result<(u16, Value)> {
    let (status, problem) = person.raw(method, path, Some(&body)).await?;
    Ok((status.as_u16(), problem))
}

#[tokio::test]
async fn devices_are_listed_and_signed_out_one_by_one_and_all_at_once() -> anyhow::Result<()> {
    let stack = two_gateways(&[]).await?;
    let url = gateway_url(&stack, 0)?;
    let ada = sign_up(&url, "ada").await?;
    let phone = Client::new(&gateway_url(&stack, 1)?)?.login("ada", PASSWORD).await?;
    let tablet = Client::new(&url)?.login("ada", PASSWORD).await?;
    let stranger = sign_up(&url, "eve").await?;
    let mut phone_socket = phone.connect().await?;

    let sessions = ada.sessions().await?;
    let ids: Vec<_> = sessions.items.iter().map(|session| session.session_id).collect();
    assert_eq!(ids, [tablet.session.session_id, phone.session.session_id, ada.session.session_id]);
    assert_eq!(sessions.items.iter().filter(|session| session.current).count(), 1);
    assert!(sessions.items.iter().all(|session| session.method == "password" && session.ip == "127.0.0.1"));
    let page = ada.raw(Method::GET, "/v1/auth/sessions?limit=2", None).await?.1;
    let cursor = page["next_cursor"].as_str().context("a third one")?;
    let last = ada.raw(Method::GET, &format!("/v1/auth/sessions?limit=2&cursor={cursor}"), None).await?.1;
    assert_eq!(last["items"][0]["current"], true);
    let other_limit =
        ada.raw(Method::GET, &format!("/v1/auth/sessions?limit=3&cursor={cursor}"), None).await?;
    assert_eq!(other_limit.0, StatusCode::UNPROCESSABLE_ENTITY);

    assert_eq!(code(stranger.end_session(phone.session.session_id).await), "not_found");
    assert_eq!(phone.me().await?.username, "ada");
    ada.end_session(phone.session.session_id).await?;
    assert_eq!(phone_socket.wait_closed().await, Some(4403));
    until(async || Ok(code(phone.me().await) == "session_revoked")).await?;
    ada.end_session(phone.session.session_id).await?;
    assert_eq!(ada.raw(Method::DELETE, "/v1/auth/sessions/x", None).await?.0, StatusCode::NOT_FOUND);

    ada.end_other_sessions().await?;
    until(async || Ok(code(tablet.me().await) == "session_revoked")).await?;
    assert_eq!(ada.sessions().await?.items.len(), 1);
    let events: Vec<_> = ada.security_events().await?.items.into_iter().map(|event| event.event).collect();
    assert!(
        events.contains(&"session.started".to_owned()) && events.contains(&"account.registered".to_owned())
    );
    assert!(events.contains(&"session.ended_others".to_owned()), "{events:?}");
    Ok(())
}

#[tokio::test]
async fn passwords_and_addresses_change_by_the_links_of_mails() -> anyhow::Result<()> {
    let (stack, url) = one_gateway(&[]).await?;
    let anybody = Client::new(&url)?;
    let ada = sign_up(&url, "ada").await?;
    let mut socket = ada.connect().await?;
    let other_device = anybody.login("ada@EXAMPLE.org", PASSWORD).await?;

    // The address.
    let first = letter(&stack, "verify_email", "ada@example.org", 1).await?.token()?;
    assert!(!ada.me().await?.email_verified);
    assert_eq!(code(anybody.verify_email("nonsense").await), "invalid_code");
    anybody.verify_email(&first).await?;
    assert_eq!(socket.next_of("me.updated").await?.data["email_verified"], true);
    assert_eq!(code(anybody.verify_email(&first).await), "invalid_code", "it works once");
    ada.resend_verification().await?;
    assert_eq!(
        code(ada.change_email("ada@new.example", Some("not her password")).await),
        "invalid_credentials"
    );
    ada.change_email("ada@new.example", Some(PASSWORD)).await?;
    assert_eq!(ada.me().await?.pending_email.as_deref(), Some("ada@new.example"));
    letter(&stack, "email_change", "ada@example.org", 1).await?;
    let second = letter(&stack, "verify_email", "ada@new.example", 1).await?.token()?;
    anybody.verify_email(&second).await?;
    let me = ada.me().await?;
    assert_eq!((me.email.as_deref(), me.pending_email), (Some("ada@new.example"), None));

    // The password.
    let common = refused(
        &ada,
        Method::POST,
        "/v1/auth/password",
        json!({"current_password": PASSWORD, "new_password": "password123"}),
    )
    .await?;
    assert_eq!(common.1["errors"][0]["field"], "new_password");
    assert_eq!(
        code(ada.change_password(Some("not her password"), OTHER_PASSWORD).await),
        "invalid_credentials"
    );
    ada.change_password(Some(PASSWORD), OTHER_PASSWORD).await?;
    until(async || Ok(code(other_device.me().await) == "session_revoked")).await?;
    assert_eq!(ada.me().await?.username, "ada");
    assert_eq!(code(anybody.login("ada", PASSWORD).await), "invalid_credentials");

    // A link for whoever forgot it; nobody is told who has an account.
    anybody.forgot_password("nobody@example.org").await?;
    anybody.forgot_password("ada@new.example").await?;
    let token = letter(&stack, "reset_password", "ada@new.example", 1).await?.token()?;
    assert!(letters(&stack, "reset_password", "nobody@example.org")?.is_empty());
    assert_eq!(code(anybody.reset_password(&token, "short").await), "validation_failed");
    anybody.reset_password(&token, PASSWORD).await?;
    assert_eq!(code(anybody.reset_password(&token, PASSWORD).await), "invalid_code");
    until(async || Ok(code(ada.me().await) == "session_revoked")).await?;
    assert_eq!(socket.wait_closed().await, Some(4403));
    anybody.login("ada", PASSWORD).await?;
    Ok(())
}

#[tokio::test]
async fn a_second_factor_is_asked_for_until_it_is_turned_off() -> anyhow::Result<()> {
    let (_stack, url) = one_gateway(&[]).await?;
    let anybody = Client::new(&url)?;
    let ada = sign_up(&url, "ada").await?;
    assert_eq!(code(ada.activate_totp("123456").await), "conflict");
    assert_eq!(code(ada.start_totp(Some("not her password")).await), "invalid_credentials");
    let secret = ada.start_totp(Some(PASSWORD)).await?;
    assert!(secret.otpauth_uri.starts_with("otpauth://totp/") && secret.otpauth_uri.contains(&secret.secret));
    assert!(secret.qr_png.starts_with("data:image/png;base64,iVBORw0KGgo"));
    let recovery_codes = ada.activate_totp(&totp(&secret.secret, -1)?).await?;
    assert_eq!(recovery_codes.len(), 10);
    assert!(ada.me().await?.totp_enabled);
    assert_eq!(code(ada.start_totp(Some(PASSWORD)).await), "conflict");

    let asked = challenge(anybody.login("ada", PASSWORD).await)?;
    assert_eq!(
        (asked.expires_in, asked.methods.as_slice()),
        (300, &["totp".to_owned(), "recovery_code".to_owned()][..])
    );
    assert_eq!(code(anybody.verify_mfa(&asked, "000000").await), "invalid_code");
    let by_code = anybody.verify_mfa(&asked, &totp(&secret.secret, 0)?).await?;
    assert!(by_code.session.refresh_token.is_some() && by_code.session.device_token.is_some());
    assert_eq!(code(anybody.verify_mfa(&asked, &totp(&secret.secret, 1)?).await), "unauthenticated", "used");
    let asked = challenge(anybody.login("ada", PASSWORD).await)?;
    anybody.verify_recovery_code(&asked, &recovery_codes[0]).await?;
    let asked = challenge(anybody.login("ada", PASSWORD).await)?;
    assert_eq!(code(anybody.verify_recovery_code(&asked, &recovery_codes[0]).await), "invalid_code");

    let missing = refused(&ada, Method::DELETE, "/v1/auth/totp", json!({"password": PASSWORD})).await?;
    assert_eq!((missing.0, &missing.1["errors"][0]["field"]), (422, &json!("code")));
    let fresh = ada.replace_recovery_codes(Some(PASSWORD), &recovery_codes[1]).await?;
    assert_eq!(code(ada.disable_totp(Some(PASSWORD), &recovery_codes[2]).await), "invalid_code", "void");
    ada.disable_totp(Some(PASSWORD), &fresh[0]).await?;
    assert_eq!(code(ada.disable_totp(Some(PASSWORD), &fresh[1]).await), "conflict");
    anybody.login("ada", PASSWORD).await?;
    Ok(())
}

#[tokio::test]
async fn profile_settings_and_name_change_together_or_not_at_all() -> anyhow::Result<()> {
    let (_stack, url) = one_gateway(&[]).await?;
    let ada = sign_up(&url, "ada").await?;
    let grace = sign_up(&url, "grace").await?;
    connect(&ada, &grace).await?;
    let mut socket = ada.connect().await?;
    let patch = async |body: Value| ada.raw(Method::PATCH, "/v1/me", Some(&body)).await;

    let (status, me) =
        patch(json!({"display_name": " Ada L. ", "bio": "numbers", "avatar_attachment_id": null,
        "settings": {"theme": "dark", "discoverable": false}}))
        .await?;
    assert_eq!(status, StatusCode::OK, "{me}");
    assert_eq!((&me["display_name"], &me["bio"]), (&json!("Ada L."), &json!("numbers")));
    assert_eq!((&me["settings"]["theme"], &me["settings"]["locale"]), (&json!("dark"), &json!("en")));
    let told = socket.next_of("me.updated").await?.data;
    assert_eq!((&told["bio"], &told["settings"]["discoverable"]), (&json!("numbers"), &json!(false)));
    assert_eq!(patch(json!({"bio": null})).await?.1["bio"], "");
    assert_eq!(patch(json!({})).await?.1["display_name"], "Ada L.");

    let (status, problem) =
        patch(json!({"display_name": "", "bio": "x".repeat(501), "username": "A b", "color": 1,
        "avatar_attachment_id": "no id",
        "settings": {"theme": "pink", "locale": null, "volume": 3, "send_typing": "yes"}}))
        .await?;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut faults: Vec<_> = problem["errors"]
        .as_array()
        .context("errors")?
        .iter()
        .map(|fault| {
            format!("{} {}", fault["field"].as_str().unwrap_or("?"), fault["code"].as_str().unwrap_or("?"))
        })
        .collect();
    faults.sort();
    assert_eq!(
        faults,
        [
            "avatar_attachment_id invalid",
            "bio too_long",
            "color unknown_field",
            "display_name too_short",
            "settings.locale invalid",
            "settings.send_typing invalid",
            "settings.theme invalid",
            "settings.volume unknown_field",
            "username invalid"
        ]
    );
    // What depends on what is stored comes after the form, and nothing of it is kept.
    let (status, problem) =
        patch(json!({"bio": "gone", "avatar_attachment_id": "0190a5c6-7c1f-7000-8000-000000000001"})).await?;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["errors"][0]["field"], "avatar_attachment_id");
    assert_eq!(ada.me().await?.bio, "");
    for null in ["display_name", "username", "settings"] {
        assert_eq!(patch(json!({null: null})).await?.1["errors"][0]["field"], null);
    }

    let taken = patch(json!({"username": "GRACE", "bio": "not to be kept"})).await?;
    assert_eq!((taken.0, &taken.1["code"]), (StatusCode::CONFLICT, &json!("username_taken")));
    assert_eq!(
        taken.1["errors"],
        json!([{"field": "username", "code": "taken", "detail": taken.1["errors"][0]["detail"]}])
    );
    assert_eq!(ada.me().await?.bio, "");

    let renamed = Profile {
        username: Some("Countess".to_owned()),
        bio: Some("renamed".to_owned()),
        ..Profile::default()
    };
    let me = ada.update_me(&renamed).await?;
    assert_eq!((me.username.as_str(), me.bio.as_str()), ("countess", "renamed"));
    until(async || Ok(grace.user_by_username("countess").await.is_ok())).await?;
    assert_eq!(code(grace.user_by_username("ada").await), "not_found");
    let squat = grace.raw(Method::PATCH, "/v1/me", Some(&json!({"username": "ada"}))).await?;
    assert_eq!(squat.0, StatusCode::CONFLICT, "kept for its former owner");
    let back = Profile { username: Some("ada".to_owned()), ..Profile::default() };
    assert_eq!(ada.update_me(&back).await?.username, "ada");
    loop {
        if socket.next_of("me.updated").await?.data["username"] == "countess" {
            break;
        }
    }
    Ok(())
}

#[tokio::test]
async fn without_a_verified_address_one_reads_but_does_not_write() -> anyhow::Result<()> {
    let (stack, url) = one_gateway(&[("PULSE_AUTH_REQUIRE_VERIFIED_EMAIL", "on")]).await?;
    let anybody = Client::new(&url)?;
    let ada = sign_up(&url, "ada").await?;
    let grace = sign_up(&url, "grace").await?;
    let socket = ada.connect().await?;
    let unknown = "0190a5c6-7c1f-7000-8000-000000000001";
    assert_eq!(code(ada.follow(grace.user_id()).await), "email_unverified");
    assert_eq!(code(ada.follow(unknown.parse()?).await), "not_found", "told first");
    assert_eq!(code(ada.follow(ada.user_id()).await), "validation_failed");
    assert_eq!(code(ada.open_direct(grace.user_id()).await), "email_unverified");
    assert_eq!(code(socket.send_message(unknown.parse()?, "hello").await), "not_found");

    for (name, person) in [("ada", &ada), ("grace", &grace)] {
        let token = letter(&stack, "verify_email", &format!("{name}@example.org"), 1).await?.token()?;
        anybody.verify_email(&token).await?;
        until(async || Ok(person.me().await?.email_verified)).await?;
    }
    until(async || Ok(ada.follow(grace.user_id()).await.is_ok())).await?;
    until(async || Ok(grace.follow(ada.user_id()).await.is_ok())).await?;
    let chat = ada.open_direct(grace.user_id()).await?;
    until(async || Ok(socket.send_message(chat.id, "at last").await.is_ok())).await?;
    Ok(())
}

#[tokio::test]
async fn where_sign_up_is_closed_nobody_registers() -> anyhow::Result<()> {
    let (_stack, url) = one_gateway(&[("PULSE_AUTH_ALLOWED_SIGNUP", "off")]).await?;
    let refused = sign_up(&url, "ada").await;
    let problem = refused.err().context("it was open")?;
    assert_eq!(problem.downcast_ref::<Error>().and_then(Error::code), Some("forbidden"));
    let (_, config) = Client::new(&url)?.raw(Method::GET, "/v1/config", None).await?;
    assert_eq!(config["allowed_signup"], false);
    Ok(())
}

#[tokio::test]
async fn operators_see_the_live_sockets_of_all_gateways() -> anyhow::Result<()> {
    let stack = two_gateways(&[]).await?;
    let mut ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let grace = sign_up(&gateway_url(&stack, 1)?, "grace").await?;
    let _sockets = [ada.connect().await?, ada.connect().await?, grace.connect().await?];
    let list = "/v1/admin/connections";
    assert_eq!(ada.raw(Method::GET, list, None).await?.0, StatusCode::FORBIDDEN);
    let mut command = tokio::process::Command::new(stack.description()?.bin);
    let status = command.args(["operator", "ada", "--data-dir"]).arg(stack.data_dir()).status().await?;
    assert!(status.success());
    ada.refresh().await?;
    for url in [gateway_url(&stack, 0)?, gateway_url(&stack, 1)?] {
        let (status, page) = ada.at(&url)?.raw(Method::GET, list, None).await?;
        assert_eq!(status, StatusCode::OK, "{page}");
        let items = page["items"].as_array().context("items")?;
        let mut counts: Vec<_> =
            items.iter().map(|item| (item["user_id"].clone(), item["count"].clone())).collect();
        counts.sort_by_key(|(_, count)| count.as_u64());
        assert_eq!(counts, [(json!(grace.user_id()), json!(1)), (json!(ada.user_id()), json!(2))]);
        assert!(items.iter().all(|item| item["scope"] == "all" && item["transport"] == "websocket"));
        assert_ne!(items[0]["pod"], items[1]["pod"]);
    }
    Ok(())
}
