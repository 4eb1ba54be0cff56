//! The second factor: turning it on and off, and signing in with it.

use pulse_proto::auth::v1::verify_mfa_request::Proof as MfaProof;
use pulse_proto::auth::v1::{GetAccountRequest, LoginRequest, VerifyMfaRequest};
use pulse_rpc::{Failure, Reason};

use crate::support::person::{Person, code_at, proof};
use crate::support::{Auth, PASSWORD, account, faults};

const WRONG_CODE: &str = "000000";

async fn is_enabled(auth: &Auth, person: &Person) -> bool {
    let request = GetAccountRequest { user_id: person.principal.user_id.to_string() };
    auth.client().get_account(request).await.unwrap().into_inner().account.unwrap().totp_enabled
}

fn app(code: String) -> MfaProof {
    MfaProof::Code(code)
}

fn recovery(code: &str) -> MfaProof {
    MfaProof::RecoveryCode(code.to_owned())
}

fn reason<T>(result: Result<T, Failure>) -> Reason {
    result.map(|_| ()).unwrap_err().reason
}

#[tokio::test]
async fn a_factor_is_turned_on_by_its_first_code_and_asked_for_from_then_on() {
    let auth = Auth::start().await;
    let ada = Person::of(&auth, &auth.register("ada").await);
    assert_eq!(reason(ada.activate_totp(WRONG_CODE).await), Reason::Conflict, "nothing waits");
    let first = ada.start_totp(Some(proof(Some(PASSWORD), None))).await.unwrap();
    let setup = ada.start_totp(Some(proof(Some(PASSWORD), None))).await.unwrap();
    assert_ne!(first.secret, setup.secret, "the one that waited is replaced");
    assert!(setup.otpauth_uri.starts_with("otpauth://totp/PulseChat:ada?"), "{}", setup.otpauth_uri);
    assert!(setup.otpauth_uri.contains(&format!("secret={}", setup.secret)));
    assert!(setup.qr_png.starts_with(b"\x89PNG"));
    auth.login("ada", PASSWORD).await.expect("nothing is asked for before it is active");

    assert_eq!(faults(&ada.activate_totp(" ").await.unwrap_err()), [("code", "required")]);
    assert_eq!(reason(ada.activate_totp(&code_at(&auth, &first.secret, 0)).await), Reason::InvalidCode);
    assert!(!is_enabled(&auth, &ada).await);
    let code = code_at(&auth, &setup.secret, 0);
    let codes = ada.activate_totp(&code).await.unwrap();
    assert_eq!(codes.len(), 10);
    assert!(is_enabled(&auth, &ada).await);
    assert_eq!(reason(ada.activate_totp(&code).await), Reason::Conflict);
    let started = ada.start_totp(Some(proof(Some(PASSWORD), None))).await;
    assert_eq!(reason(started), Reason::Conflict);

    let request = LoginRequest {
        identifier: "ada".to_owned(),
        password: PASSWORD.to_owned(),
        remember: true,
        cookie: true,
        ..LoginRequest::default()
    };
    let challenge = auth.login_mfa(request).await;
    assert_eq!((challenge.expires_in_seconds, challenge.methods.len()), (300, 2));
    let reused = auth.verify(&challenge.mfa_token, app(code)).await;
    assert_eq!(reason(reused), Reason::InvalidCode, "the first code counts as used");
    auth.advance(30);
    let code = code_at(&auth, &setup.secret, 0);
    let answer = auth.verify(&challenge.mfa_token, app(code.clone())).await.unwrap();
    let session = answer.session.unwrap();
    assert!(answer.cookie, "what the sign-in asked for is kept");
    let ends_at = session.session_expires_at.as_ref().unwrap().seconds;
    assert_eq!(ends_at - account(&session).created_at.as_ref().unwrap().seconds, 30 * 24 * 3600 + 30);
    assert!(account(&session).totp_enabled && !session.device_token.is_empty());
    let again = auth.verify(&challenge.mfa_token, app(code)).await;
    assert_eq!(reason(again), Reason::Unauthenticated, "it was used");
}

#[tokio::test]
async fn a_code_of_the_step_before_or_after_is_taken_and_none_twice_or_earlier() {
    let auth = Auth::start().await;
    let ada = Person::of(&auth, &auth.register("ada").await);
    let (secret, _) = ada.enroll(&auth).await;
    auth.advance(300);
    for (steps, expected) in [
        (2, Some(Reason::InvalidCode)),
        (-2, Some(Reason::InvalidCode)),
        (-1, None),
        (-1, Some(Reason::InvalidCode)),
        (1, None),
        (0, Some(Reason::InvalidCode)),
    ] {
        let token = auth.mfa_token("ada").await;
        let result = auth.verify(&token, app(code_at(&auth, &secret, steps))).await;
        assert_eq!(result.err().map(|failure| failure.reason), expected, "{steps} steps away");
    }
}

#[tokio::test]
async fn five_wrong_codes_void_the_sign_in_and_ten_lock_the_factor() {
    let auth = Auth::start().await;
    let ada = Person::of(&auth, &auth.register("ada").await);
    let (secret, codes) = ada.enroll(&auth).await;
    auth.advance(30);
    let first = auth.mfa_token("ada").await;
    for _ in 0..4 {
        assert_eq!(reason(auth.verify(&first, app(WRONG_CODE.to_owned())).await), Reason::InvalidCode);
    }
    assert_eq!(reason(auth.verify(&first, recovery("not one")).await), Reason::InvalidCode);
    let right = app(code_at(&auth, &secret, 0));
    assert_eq!(reason(auth.verify(&first, right.clone()).await), Reason::Unauthenticated, "it is void");

    let second = auth.mfa_token("ada").await;
    for _ in 0..4 {
        assert_eq!(reason(auth.verify(&second, app(WRONG_CODE.to_owned())).await), Reason::InvalidCode);
    }
    // Other uses of codes count on the same factor.
    let wrong = proof(Some(PASSWORD), Some(WRONG_CODE));
    assert_eq!(reason(ada.disable_totp(wrong.clone()).await), Reason::InvalidCode);
    let locked = auth.verify(&second, right.clone()).await.unwrap_err();
    assert_eq!((locked.reason, locked.retry_after.unwrap().as_secs()), (Reason::LockedOut, 900));
    assert_eq!(reason(auth.verify(&second, recovery(&codes[0])).await), Reason::LockedOut);
    assert_eq!(reason(ada.disable_totp(wrong).await), Reason::LockedOut);
    auth.advance(900);
    let third = auth.mfa_token("ada").await;
    auth.verify(&third, app(code_at(&auth, &secret, 0))).await.unwrap();
}

#[tokio::test]
async fn wrong_codes_while_turning_it_on_count_as_well() {
    let auth = Auth::start().await;
    let ada = Person::of(&auth, &auth.register("ada").await);
    let secret = ada.start_totp(Some(proof(Some(PASSWORD), None))).await.unwrap().secret;
    for _ in 0..10 {
        assert_eq!(reason(ada.activate_totp(WRONG_CODE).await), Reason::InvalidCode);
    }
    assert_eq!(reason(ada.activate_totp(&code_at(&auth, &secret, 0)).await), Reason::LockedOut);
    auth.advance(900);
    ada.activate_totp(&code_at(&auth, &secret, 0)).await.unwrap();
}

#[tokio::test]
async fn a_sign_in_waits_five_minutes_for_its_second_factor() {
    let auth = Auth::start().await;
    let ada = Person::of(&auth, &auth.register("ada").await);
    let (secret, _) = ada.enroll(&auth).await;
    let token = auth.mfa_token("ada").await;
    auth.advance(300);
    let late = auth.verify(&token, app(code_at(&auth, &secret, 0))).await;
    assert_eq!(reason(late), Reason::Unauthenticated);
    for garbled in ["", "x", "pulse_mfa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        let result = auth.verify(garbled, app(code_at(&auth, &secret, 0))).await;
        assert_eq!(reason(result), Reason::Unauthenticated, "{garbled}");
    }
    let token = auth.mfa_token("ada").await;
    let empty = auth.try_verify(VerifyMfaRequest { mfa_token: token.clone(), ..Default::default() }).await;
    assert_eq!(faults(&empty.unwrap_err()), [("code", "required")]);
    auth.advance(299);
    auth.verify(&token, app(code_at(&auth, &secret, 0))).await.unwrap();
}

#[tokio::test]
async fn a_sign_in_for_cookies_is_not_used_up_by_a_page_that_may_not_have_them() {
    let auth = Auth::start().await;
    let ada = Person::of(&auth, &auth.register("ada").await);
    let (secret, _) = ada.enroll(&auth).await;
    auth.advance(30);
    let login = LoginRequest {
        identifier: "ada".to_owned(),
        password: PASSWORD.to_owned(),
        cookie: true,
        ..LoginRequest::default()
    };
    let request = VerifyMfaRequest {
        mfa_token: auth.login_mfa(login).await.mfa_token,
        proof: Some(app(code_at(&auth, &secret, 0))),
        without_cookies: true,
        client: None,
    };
    assert_eq!(reason(auth.try_verify(request.clone()).await), Reason::OriginNotAllowed);
    auth.try_verify(VerifyMfaRequest { without_cookies: false, ..request }).await.unwrap();
}

#[tokio::test]
async fn a_recovery_code_works_once_however_it_is_typed() {
    let auth = Auth::start().await;
    let ada = Person::of(&auth, &auth.register("ada").await);
    let (secret, codes) = ada.enroll(&auth).await;
    auth.advance(30);
    let mut different = codes.clone();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), 10);
    assert!(codes.iter().all(|code| code.len() == 19 && code.split('-').all(|group| group.len() == 4)));
    let typed = codes[0].to_uppercase().replace('-', "");
    auth.verify(&auth.mfa_token("ada").await, recovery(&typed)).await.unwrap();
    let again = auth.verify(&auth.mfa_token("ada").await, recovery(&codes[0])).await;
    assert_eq!(reason(again), Reason::InvalidCode);
    let misplaced = auth.verify(&auth.mfa_token("ada").await, app(codes[1].clone())).await;
    assert_eq!(reason(misplaced), Reason::InvalidCode, "it is no code of an app");

    // Where a password is shown it stands for a code; new ones void the old ones.
    let new = ada.replace_codes(proof(Some(PASSWORD), Some(&codes[1]))).await.unwrap();
    for void in [&codes[1], &codes[2]] {
        let result = auth.verify(&auth.mfa_token("ada").await, recovery(void)).await;
        assert_eq!(reason(result), Reason::InvalidCode);
    }
    auth.verify(&auth.mfa_token("ada").await, recovery(&new[0])).await.unwrap();
    let stored: Vec<String> = sqlx::query_scalar(
        "SELECT c::text FROM recovery_codes c UNION ALL SELECT t::text FROM totp_factors t UNION ALL SELECT m::text FROM mfa_challenges m",
    )
    .fetch_all(&auth.pool().await)
    .await
    .unwrap();
    assert!(stored.len() > 11);
    let secret_hex: String = totp_rs::Secret::try_from_base32(&secret)
        .unwrap()
        .as_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert!(
        !stored.iter().any(|row| row.contains(&new[1]) || row.contains(&secret_hex)),
        "nothing in the clear"
    );
}

#[tokio::test]
async fn turning_it_off_wants_password_and_code_and_ends_what_waits_for_it() {
    let auth = Auth::start().await;
    let ada = Person::of(&auth, &auth.register("ada").await);
    let nothing = proof(Some(PASSWORD), Some(WRONG_CODE));
    assert_eq!(reason(ada.disable_totp(nothing.clone()).await), Reason::Conflict, "none is active");
    assert_eq!(reason(ada.replace_codes(nothing).await), Reason::Conflict);
    let (secret, codes) = ada.enroll(&auth).await;
    auth.advance(30);
    let waiting = auth.mfa_token("ada").await;
    let without = ada.disable_totp(proof(Some(PASSWORD), None)).await.unwrap_err();
    assert_eq!(faults(&without), [("code", "required")]);
    let without = ada.disable_totp(proof(None, Some(&codes[0]))).await.unwrap_err();
    assert_eq!(faults(&without), [("password", "required")]);
    let wrong = ada.disable_totp(proof(Some("not the password"), Some(&codes[0]))).await;
    assert_eq!(reason(wrong), Reason::InvalidCredentials);
    ada.disable_totp(proof(Some(PASSWORD), Some(&code_at(&auth, &secret, 0)))).await.unwrap();
    assert!(!is_enabled(&auth, &ada).await);
    assert_eq!(reason(auth.verify(&waiting, recovery(&codes[0])).await), Reason::Unauthenticated);
    auth.login("ada", PASSWORD).await.unwrap();
    let (new_secret, _) = ada.enroll(&auth).await;
    assert_ne!(new_secret, secret);
}
