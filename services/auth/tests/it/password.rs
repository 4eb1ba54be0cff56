//! Passwords: changing them, forgetting them, setting new ones by mail.

use std::time::{Duration, Instant};

use pulse_proto::auth::v1::account_service_client::AccountServiceClient;
use pulse_proto::auth::v1::{LoginRequest, ResetPasswordRequest};
use pulse_rpc::{Reason, ServiceName};
use tokio::task::JoinSet;

use crate::account_service::NEW_PASSWORD;
use crate::support::{Auth, PASSWORD, account, faults, reason_of, registration};

#[tokio::test]
async fn a_change_ends_the_other_sessions_and_tells_the_owner() {
    let auth = Auth::start().await;
    let grant = auth.register_verified("ada").await;
    let other = auth.login("ada", PASSWORD).await.unwrap();
    auth.change_password(&grant, Some(PASSWORD), NEW_PASSWORD).await.unwrap();

    assert_eq!(auth.refresh(&other.refresh_token).await.unwrap_err().reason, Reason::SessionRevoked);
    auth.refresh(&grant.refresh_token).await.unwrap();
    assert_eq!(auth.login("ada", PASSWORD).await.unwrap_err().reason, Reason::InvalidCredentials);
    auth.login("ada", NEW_PASSWORD).await.unwrap();
    auth.mails("ada@example.org", "password_changed", 1).await;
    assert!(auth.history(&grant).await.contains(&"password.changed".to_owned()));
}

#[tokio::test]
async fn a_change_wants_the_present_password_and_a_good_new_one() {
    let auth = Auth::start().await;
    let grant = auth.register("ada").await;
    for (new, code) in [
        ("short", "too_short"),
        ("Password123", "common_password"),
        ("ada@EXAMPLE.org", "common_password"),
        ("", "required"),
    ] {
        let failure = auth.change_password(&grant, Some(PASSWORD), new).await.unwrap_err();
        assert_eq!(faults(&failure), [("new_password", code)], "{new}");
    }
    let failure = auth.change_password(&grant, None, NEW_PASSWORD).await.unwrap_err();
    assert_eq!(faults(&failure), [("current_password", "required")]);
    for _ in 0..10 {
        let failure = auth.change_password(&grant, Some("not the password"), NEW_PASSWORD).await.unwrap_err();
        assert_eq!(failure.reason, Reason::InvalidCredentials);
    }
    let failure = auth.change_password(&grant, Some(PASSWORD), NEW_PASSWORD).await.unwrap_err();
    assert_eq!(failure.reason, Reason::LockedOut, "wrong ones count for the session");
    auth.login("ada", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn an_account_without_a_password_sets_its_first_one_soon_after_the_sign_in() {
    let auth = Auth::start().await;
    let grant = auth.register("ada").await;
    let pool = auth.pool().await;
    sqlx::query("UPDATE accounts SET password_hash = NULL").execute(&pool).await.unwrap();
    auth.advance(301);
    let failure = auth.change_password(&grant, None, NEW_PASSWORD).await.unwrap_err();
    assert_eq!(failure.reason, Reason::ReauthenticationRequired);
    sqlx::query("UPDATE sessions SET created_at = created_at + interval '301 s'")
        .execute(&pool)
        .await
        .unwrap();
    auth.change_password(&grant, None, NEW_PASSWORD).await.unwrap();
    auth.login("ada", NEW_PASSWORD).await.unwrap();
    let told: i64 = sqlx::query_scalar("SELECT count(*) FROM outbox WHERE event_type = 'me.changed'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(told, 1, "Me.has_password has changed");
}

#[tokio::test]
async fn of_two_changes_at_once_that_know_one_password_one_succeeds() {
    let auth = Auth::start().await;
    let grant = auth.register("ada").await;
    let change = |new: &'static str| auth.change_password(&grant, Some(PASSWORD), new);
    let (first, second) = tokio::join!(change("the first new password"), change("the second new password"));
    let failure = match (first, second) {
        (Ok(()), Err(failure)) | (Err(failure), Ok(())) => failure,
        other => panic!("{other:?}"),
    };
    assert_eq!(failure.reason, Reason::InvalidCredentials);
}

#[tokio::test]
async fn a_reset_ends_all_sessions_lifts_the_lock_and_forgets_devices() {
    let auth = Auth::start().await;
    let grant = auth.register_verified("ada").await;
    for identifier in ["ada", "ADA@example.org"] {
        for _ in 0..10 {
            auth.login(identifier, "not the password").await.unwrap_err();
        }
        assert_eq!(auth.login(identifier, PASSWORD).await.unwrap_err().reason, Reason::LockedOut);
    }
    auth.forgot_password(" ADA@example.org").await.unwrap();
    let token = auth.mailed_token("ada@example.org", "reset_password").await;
    auth.reset_password(&token, NEW_PASSWORD).await.unwrap();

    assert_eq!(auth.refresh(&grant.refresh_token).await.unwrap_err().reason, Reason::SessionRevoked);
    auth.login("ada@example.org", NEW_PASSWORD).await.unwrap();
    for _ in 0..10 {
        auth.login("ada", "not the password").await.unwrap_err();
    }
    let known = LoginRequest {
        identifier: "ada".to_owned(),
        password: NEW_PASSWORD.to_owned(),
        device_token: grant.device_token.clone(),
        ..LoginRequest::default()
    };
    let failure = auth.try_login(known).await.unwrap_err();
    assert_eq!(failure.reason, Reason::LockedOut, "the device is a stranger again");
    auth.mails("ada@example.org", "password_changed", 1).await;
    let history = auth.history(&grant).await;
    assert!(history.contains(&"password.reset_requested".to_owned()), "{history:?}");
    assert!(history.contains(&"password.reset".to_owned()), "{history:?}");
}

#[tokio::test]
async fn a_token_works_once_for_an_hour_and_until_the_next_mail() {
    let auth = Auth::start().await;
    let grant = auth.register("ada").await;
    auth.forgot_password("ada@example.org").await.unwrap();
    let first = auth.mailed_token("ada@example.org", "reset_password").await;
    auth.forgot_password("ada@example.org").await.unwrap();
    let second = auth.last_token("ada@example.org", "reset_password", 2).await;
    let reason = async |token: &str| auth.reset_password(token, NEW_PASSWORD).await.unwrap_err().reason;
    assert_eq!(reason(&first).await, Reason::InvalidCode, "voided");
    // What is refused leaves the token as it is.
    for bad in ["short", "ada@example.org"] {
        let failure = auth.reset_password(&second, bad).await.unwrap_err();
        assert_eq!(failure.reason, Reason::ValidationFailed);
    }
    auth.reset_password(&second, NEW_PASSWORD).await.unwrap();
    assert_eq!(reason(&second).await, Reason::InvalidCode, "used");
    for unknown in ["", "garbage", &grant.refresh_token] {
        assert_eq!(reason(unknown).await, Reason::InvalidCode);
    }
    auth.forgot_password("ada@example.org").await.unwrap();
    let third = auth.last_token("ada@example.org", "reset_password", 3).await;
    auth.advance(3600);
    assert_eq!(reason(&third).await, Reason::InvalidCode, "expired");

    auth.forgot_password("ada@example.org").await.unwrap();
    let fourth = auth.last_token("ada@example.org", "reset_password", 4).await;
    let grant = auth.login("ada", NEW_PASSWORD).await.unwrap();
    auth.change_password(&grant, Some(NEW_PASSWORD), PASSWORD).await.unwrap();
    assert_eq!(reason(&fourth).await, Reason::InvalidCode, "the password was changed meanwhile");
    // Of another kind.
    let verification = auth.mailed_token("ada@example.org", "verify_email").await;
    assert_eq!(reason(&verification).await, Reason::InvalidCode);
}

#[tokio::test]
async fn of_fifty_uses_of_one_token_at_once_one_succeeds() {
    let auth = Auth::start().await;
    auth.register("ada").await;
    auth.forgot_password("ada@example.org").await.unwrap();
    let token = auth.mailed_token("ada@example.org", "reset_password").await;
    let second = auth.world.spawn().await;
    let elsewhere = auth.world.connection(&second.endpoint, ServiceName::Gateway);
    let doors = [auth.accounts(), AccountServiceClient::new(elsewhere)];
    let mut tasks = JoinSet::new();
    for n in 0..50 {
        let mut client = doors[n % 2].clone();
        let new_password = format!("new password number {n}");
        let request = ResetPasswordRequest { token: token.clone(), new_password, client: None };
        tasks.spawn(async move { client.reset_password(request).await.map(|_| n).map_err(reason_of) });
    }
    let (done, refused): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!(done.len(), 1);
    assert!(refused.iter().all(|result| *result == Err(Reason::InvalidCode)), "{refused:?}");
    let n = done[0].unwrap();
    auth.login("ada", &format!("new password number {n}")).await.unwrap();
}

#[tokio::test]
async fn a_link_goes_to_the_verified_owner_else_to_the_only_one_with_the_address() {
    let auth = Auth::start().await;
    auth.register("ada").await;
    let same = |username: &str| {
        let email = "ada@example.org".to_owned();
        pulse_proto::auth::v1::RegisterRequest { email, ..registration(username) }
    };
    auth.forgot_password("ada@example.org").await.unwrap();
    auth.mails("ada@example.org", "reset_password", 1).await;
    auth.advance(1);
    let grace = auth.try_register(same("grace")).await.unwrap();
    auth.forgot_password("ada@example.org").await.unwrap();
    auth.until_no_mail_waits().await;
    assert_eq!(
        auth.mails("ada@example.org", "reset_password", 1).await.len(),
        1,
        "it means neither of the two"
    );
    let token = auth.last_token("ada@example.org", "verify_email", 2).await;
    assert_eq!(auth.verify_email(&token).await.unwrap().user_id, account(&grace).user_id);
    auth.forgot_password("ada@example.org").await.unwrap();
    let token = auth.last_token("ada@example.org", "reset_password", 2).await;
    auth.reset_password(&token, NEW_PASSWORD).await.unwrap();
    auth.login("grace", NEW_PASSWORD).await.unwrap();
}

#[tokio::test]
async fn known_and_unknown_addresses_get_one_answer_in_one_time() {
    let auth = Auth::start().await;
    auth.register_verified("ada").await;
    let mut known = Vec::new();
    let mut unknown = Vec::new();
    for n in 0..100 {
        for (email, times) in
            [("ada@example.org".to_owned(), &mut known), (format!("nobody{n}@example.org"), &mut unknown)]
        {
            let started = Instant::now();
            auth.forgot_password(&email).await.unwrap();
            times.push(started.elapsed());
        }
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    let (known, unknown) = (median(&mut known), median(&mut unknown));
    let ratio = known.as_secs_f64() / unknown.as_secs_f64();
    assert!((0.6..1.7).contains(&ratio), "known {known:?}, unknown {unknown:?}");
    auth.until_no_mail_waits().await;
    assert!(auth.kinds("nobody1@example.org").is_empty());
}
