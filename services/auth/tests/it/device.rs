//! Device tokens: who is known where, and what that is good for.

use pulse_proto::auth::v1::verify_mfa_request::Proof as MfaProof;
use pulse_proto::auth::v1::{LoginRequest, RegisterRequest};
use pulse_rpc::Reason;

use crate::support::person::Person;
use crate::support::{Auth, PASSWORD, registration};

const WRONG: &str = "not the password";

fn login(identifier: &str, device_token: &str) -> LoginRequest {
    LoginRequest {
        identifier: identifier.to_owned(),
        password: PASSWORD.to_owned(),
        device_token: device_token.to_owned(),
        ..LoginRequest::default()
    }
}

async fn lock(auth: &Auth, identifier: &str) {
    for _ in 0..10 {
        auth.login(identifier, WRONG).await.unwrap_err();
    }
    assert_eq!(auth.login(identifier, PASSWORD).await.unwrap_err().reason, Reason::LockedOut);
}

#[tokio::test]
async fn a_device_that_is_known_is_counted_apart() {
    let auth = Auth::start().await;
    let grant = auth.register("ada").await;
    lock(&auth, "ada").await;
    let again = auth.try_login(login("ada", &grant.device_token)).await.unwrap();
    assert_eq!(again.device_token, grant.device_token, "it stays the same");
    for _ in 0..10 {
        let guess = LoginRequest { password: WRONG.to_owned(), ..login("ada", &grant.device_token) };
        assert_eq!(auth.try_login(guess).await.unwrap_err().reason, Reason::InvalidCredentials);
    }
    let locked = auth.try_login(login("ada", &grant.device_token)).await.unwrap_err();
    assert_eq!(locked.reason, Reason::LockedOut, "it locks itself");
    // It is forgotten after a year.
    auth.advance(366 * 24 * 3600);
    lock(&auth, "ada").await;
    let refused = auth.try_login(login("ada", &grant.device_token)).await.unwrap_err();
    assert_eq!(refused.reason, Reason::LockedOut);
}

#[tokio::test]
async fn people_who_share_a_browser_share_its_token_but_not_its_trust() {
    let auth = Auth::start().await;
    let ada = auth.register("ada").await;
    auth.register("grace").await;
    lock(&auth, "grace").await;
    let stranger = auth.try_login(login("grace", &ada.device_token)).await.unwrap_err();
    assert_eq!(stranger.reason, Reason::LockedOut, "ada's device is a stranger to grace");

    auth.advance(900);
    let grace = auth.try_login(login("grace", &ada.device_token)).await.unwrap();
    assert_eq!(grace.device_token, ada.device_token, "one browser keeps one token");
    let request = RegisterRequest { device_token: ada.device_token.clone(), ..registration("mary") };
    let mary = auth.try_register(request).await.unwrap();
    assert_eq!(mary.device_token, ada.device_token);
    for username in ["ada", "grace", "mary"] {
        lock(&auth, username).await;
        let known = auth.try_login(login(username, &ada.device_token)).await.unwrap();
        assert_eq!(known.device_token, ada.device_token, "{username}");
    }
}

#[tokio::test]
async fn a_token_that_nobody_was_given_is_replaced() {
    let auth = Auth::start().await;
    auth.register("ada").await;
    let planted = "pulse_dt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let mut seen = vec![planted.to_owned(), String::new()];
    for shown in [planted, "x", ""] {
        let request = LoginRequest { cookie: true, ..login("ada", shown) };
        let grant = auth.try_login(request).await.unwrap();
        assert!(grant.device_token.starts_with("pulse_dt_"), "with cookies too: the gateway sets it");
        assert!(!seen.contains(&grant.device_token), "{shown}");
        seen.push(grant.device_token);
    }
    let refreshed = auth.refresh(&auth.login("ada", PASSWORD).await.unwrap().refresh_token).await.unwrap();
    assert_eq!(refreshed.device_token, "", "a refresh repeats none");
}

#[tokio::test]
async fn the_second_step_gives_the_token_that_the_first_one_showed() {
    let auth = Auth::start().await;
    let grant = auth.register("ada").await;
    let (_, codes) = Person::of(&auth, &grant).enroll(&auth).await;
    for (code, shown, is_kept) in [
        (&codes[0], grant.device_token.as_str(), true),
        (&codes[1], "", false),
        (&codes[2], "pulse_dt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false),
    ] {
        let challenge = auth.login_mfa(login("ada", shown)).await;
        let answer = auth.verify(&challenge.mfa_token, MfaProof::RecoveryCode(code.clone())).await.unwrap();
        let token = answer.session.unwrap().device_token;
        assert!(token.starts_with("pulse_dt_"));
        assert_eq!(token == shown, is_kept, "{shown}");
    }
}
