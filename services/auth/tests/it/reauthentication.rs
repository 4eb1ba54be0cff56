//! What is shown once more before something sensitive. Starting a second factor stands for all that wants a password, turning
//! it off for all that wants a code too.

use pulse_rpc::{Failure, Reason};

use crate::support::person::{Person, code_at, proof};
use crate::support::{Auth, PASSWORD, faults};

const WRONG: &str = "not the password";

fn reason<T>(result: Result<T, Failure>) -> Reason {
    result.map(|_| ()).unwrap_err().reason
}

#[tokio::test]
async fn wrong_passwords_inside_a_session_lock_that_session_alone() {
    let auth = Auth::start().await;
    let here = Person::of(&auth, &auth.register("ada").await);
    let there = Person::of(&auth, &auth.login("ada", PASSWORD).await.unwrap());
    for _ in 0..10 {
        assert_eq!(reason(here.start_totp(Some(proof(Some(WRONG), None))).await), Reason::InvalidCredentials);
    }
    let locked = here.start_totp(Some(proof(Some(PASSWORD), None))).await.unwrap_err();
    assert_eq!((locked.reason, locked.retry_after.unwrap().as_secs()), (Reason::LockedOut, 900));
    there.start_totp(Some(proof(Some(PASSWORD), None))).await.unwrap();
    auth.login("ada", PASSWORD).await.expect("signing in is counted apart");
    auth.advance(900);
    here.start_totp(Some(proof(Some(PASSWORD), None))).await.unwrap();
}

#[tokio::test]
async fn guesses_at_once_learn_no_more_than_guesses_one_by_one() {
    let auth = Auth::start().await;
    let ada = Person::of(&auth, &auth.register("ada").await);
    let guesses = (0..20).map(|_| ada.start_totp(Some(proof(Some(WRONG), None))));
    let reasons: Vec<_> = futures_util::future::join_all(guesses).await.into_iter().map(reason).collect();
    let count = |wanted| reasons.iter().filter(|reason| **reason == wanted).count();
    assert_eq!(count(Reason::InvalidCredentials), 10, "{reasons:?}");
    // A busy computer may send some away.
    assert_eq!(count(Reason::LockedOut) + count(Reason::RateLimited), 10, "{reasons:?}");
}

#[tokio::test]
async fn a_password_is_asked_for_where_there_is_one() {
    let auth = Auth::start().await;
    let ada = Person::of(&auth, &auth.register("ada").await);
    for nothing in [None, Some(proof(None, None)), Some(proof(Some(""), None))] {
        let failure = ada.start_totp(nothing).await.unwrap_err();
        assert_eq!(
            (failure.reason, faults(&failure)),
            (Reason::ValidationFailed, vec![("password", "required")])
        );
    }
}

#[tokio::test]
async fn without_a_password_a_fresh_sign_in_is_the_proof() {
    let auth = Auth::start().await;
    let ada = Person::of(&auth, &auth.register("ada").await);
    let pool = auth.pool().await;
    sqlx::query("UPDATE accounts SET password_hash = NULL").execute(&pool).await.unwrap();
    assert_eq!(reason(ada.start_totp(Some(proof(Some(PASSWORD), None))).await), Reason::InvalidCredentials);
    auth.advance(300);
    let secret = ada.start_totp(None).await.unwrap().secret;
    auth.advance(1);
    assert_eq!(reason(ada.start_totp(None).await), Reason::ReauthenticationRequired);

    // A code is wanted all the same, and does not make up for the time.
    ada.activate_totp(&code_at(&auth, &secret, 0)).await.unwrap();
    auth.advance(30);
    let code = code_at(&auth, &secret, 0);
    let late = ada.disable_totp(proof(None, Some(&code))).await;
    assert_eq!(reason(late), Reason::ReauthenticationRequired);
    sqlx::query("UPDATE sessions SET created_at = created_at + interval '400 s'")
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(faults(&ada.disable_totp(proof(None, None)).await.unwrap_err()), [("code", "required")]);
    assert_eq!(reason(ada.disable_totp(proof(None, Some("000000"))).await), Reason::InvalidCode);
    ada.disable_totp(proof(None, Some(&code))).await.unwrap();
}

#[tokio::test]
async fn a_session_that_has_ended_proves_nothing() {
    let auth = Auth::start().await;
    let grant = auth.register("ada").await;
    let ada = Person::of(&auth, &grant);
    let grace = Person::of(&auth, &auth.register("grace").await);
    let mut mixed = Person::of(&auth, &grant);
    mixed.principal.session_id = grace.principal.session_id;
    assert_eq!(reason(mixed.start_totp(Some(proof(Some(PASSWORD), None))).await), Reason::SessionRevoked);
    ada.end_session(&grant.session_id).await.unwrap();
    assert_eq!(reason(ada.start_totp(Some(proof(Some(PASSWORD), None))).await), Reason::SessionRevoked);
}
