//! What people are told of, and what is written down, when they sign in and change their second factor.

use pulse_proto::auth::v1::verify_mfa_request::Proof as MfaProof;
use pulse_proto::auth::v1::{LoginRequest, SessionGrant};

use crate::support::person::{Person, code_at, proof};
use crate::support::{Auth, PASSWORD};

/// Registers somebody whose address is verified, a second ago.
async fn register_verified(auth: &Auth, username: &str) -> SessionGrant {
    let grant = auth.register(username).await;
    let verify = sqlx::query("UPDATE accounts SET email_verified_at = now() WHERE username = $1");
    verify.bind(username).execute(&auth.pool().await).await.unwrap();
    auth.advance(1);
    grant
}

async fn mail_kinds(auth: &Auth, kinds: &[(&str, usize)]) {
    for (kind, count) in kinds {
        let mails = auth.mails("ada@example.org", kind, *count).await;
        assert_eq!(mails.len(), *count, "{kind}");
    }
}

/// The log from the entry after `position` on, oldest first.
async fn log(auth: &Auth, position: i64) -> Vec<String> {
    let events = sqlx::query_scalar("SELECT event FROM audit_log WHERE position > $1 ORDER BY position");
    events.bind(position).fetch_all(&auth.pool().await).await.unwrap()
}

async fn log_end(auth: &Auth) -> i64 {
    sqlx::query_scalar("SELECT position FROM audit_head").fetch_one(&auth.pool().await).await.unwrap()
}

#[tokio::test]
async fn a_new_device_is_told_of_and_a_known_one_is_not() {
    let auth = Auth::start().await;
    let grant = register_verified(&auth, "ada").await;
    let start = log_end(&auth).await;
    let known = LoginRequest {
        identifier: "ada".to_owned(),
        password: PASSWORD.to_owned(),
        device_token: grant.device_token,
        ..LoginRequest::default()
    };
    auth.try_login(known).await.unwrap();
    auth.login("ada", PASSWORD).await.unwrap();
    mail_kinds(&auth, &[("new_device", 1)]).await;
    auth.until_no_mail_waits().await;
    mail_kinds(&auth, &[("new_device", 1)]).await;
    assert_eq!(log(&auth, start).await, ["session.started", "session.started"]);
}

#[tokio::test]
async fn failures_and_locks_are_written_down_for_known_and_unknown_people() {
    let auth = Auth::start().await;
    auth.register("ada").await;
    for identifier in ["ada", "nobody"] {
        let start = log_end(&auth).await;
        for _ in 0..12 {
            auth.login(identifier, "not the password").await.unwrap_err();
        }
        let events = log(&auth, start).await;
        assert_eq!(events[..10], ["sign_in.failed"; 10]);
        assert_eq!(events[10..], ["sign_in.locked"], "tries while it is locked add nothing");
    }
    let nobodys = "SELECT count(*) FROM audit_log WHERE user_id IS NULL";
    let count: i64 = sqlx::query_scalar(nobodys).fetch_one(&auth.pool().await).await.unwrap();
    assert_eq!(count, 11);
}

#[tokio::test]
async fn ends_of_sessions_are_written_down_once() {
    let auth = Auth::start().await;
    let ada = Person::of(&auth, &auth.register("ada").await);
    let stolen = auth.login("ada", PASSWORD).await.unwrap();
    let other = auth.login("ada", PASSWORD).await.unwrap();
    let start = log_end(&auth).await;
    auth.refresh(&stolen.refresh_token).await.unwrap();
    auth.advance(31);
    auth.refresh(&stolen.refresh_token).await.unwrap_err();
    auth.refresh(&stolen.refresh_token).await.unwrap_err();
    ada.end_session(&other.session_id).await.unwrap();
    ada.end_session(&other.session_id).await.unwrap();
    ada.end_others().await;
    let expected = ["session.token_reused", "session.ended", "session.ended_others"];
    assert_eq!(log(&auth, start).await, expected);
}

#[tokio::test]
async fn changes_of_the_second_factor_are_told_of_and_written_down() {
    let auth = Auth::start().await;
    let ada = Person::of(&auth, &register_verified(&auth, "ada").await);
    let start = log_end(&auth).await;
    let (secret, codes) = ada.enroll(&auth).await;
    let token = auth.mfa_token("ada").await;
    auth.verify(&token, MfaProof::Code("000000".to_owned())).await.unwrap_err();
    auth.verify(&token, MfaProof::RecoveryCode(codes[0].clone())).await.unwrap();
    ada.replace_codes(proof(Some(PASSWORD), Some(&codes[1]))).await.unwrap();
    auth.advance(30);
    ada.disable_totp(proof(Some(PASSWORD), Some(&code_at(&auth, &secret, 0)))).await.unwrap();
    let expected = [
        "factor.started",
        "factor.enabled",
        "factor.failed",
        "session.started",
        "recovery_code.used",
        "recovery_code.used",
        "recovery_codes.replaced",
        "factor.disabled",
    ];
    assert_eq!(log(&auth, start).await, expected);
    mail_kinds(
        &auth,
        &[
            ("second_factor_enabled", 1),
            ("recovery_code_used", 2),
            ("recovery_codes_replaced", 1),
            ("second_factor_disabled", 1),
            ("new_device", 1),
        ],
    )
    .await;
}
