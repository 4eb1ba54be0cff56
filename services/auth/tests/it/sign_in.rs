//! Signing in, and guessing.

use pulse_proto::auth::v1::LoginRequest;
use pulse_rpc::Reason;
use tokio::task::JoinSet;

use crate::support::{Auth, PASSWORD, account, faults, reason_of};

const WRONG: &str = "not the password";

#[tokio::test]
async fn by_username_and_by_address_in_any_case() {
    let auth = Auth::start().await;
    let registered = auth.register("ada").await;
    for identifier in ["ada", " ADA ", "ada@example.org", "Ada@Example.ORG"] {
        let grant = auth.login(identifier, PASSWORD).await.unwrap();
        assert_eq!(account(&grant).user_id, account(&registered).user_id, "{identifier}");
        assert_ne!(grant.session_id, registered.session_id);
    }
    let longer = format!("{PASSWORD} ");
    assert_eq!(auth.login("ada", &longer).await.unwrap_err().reason, Reason::InvalidCredentials);
}

#[tokio::test]
async fn unknown_people_and_wrong_passwords_look_the_same() {
    let auth = Auth::start().await;
    auth.register("ada").await;
    let known = auth.login("ada", WRONG).await.unwrap_err();
    for identifier in ["grace", "grace@example.org", "no name at all", "@"] {
        let unknown = auth.login(identifier, WRONG).await.unwrap_err();
        assert_eq!((unknown.reason, &unknown.detail), (known.reason, &known.detail));
    }
    let failure = auth.login("", "a\0b").await.unwrap_err();
    assert_eq!(faults(&failure), [("identifier", "required"), ("password", "invalid")]);
}

#[tokio::test]
async fn ten_failures_lock_for_a_quarter_of_an_hour_whether_or_not_there_is_an_account() {
    let auth = Auth::start().await;
    auth.register("ada").await;
    for identifier in ["ada", "nobody"] {
        for _ in 0..10 {
            let failure = auth.login(identifier, WRONG).await.unwrap_err();
            assert_eq!(failure.reason, Reason::InvalidCredentials);
        }
        let failure = auth.login(&identifier.to_uppercase(), PASSWORD).await.unwrap_err();
        assert_eq!(failure.reason, Reason::LockedOut);
        assert_eq!(failure.retry_after.unwrap().as_secs(), 900);
    }
    auth.advance(899);
    assert_eq!(auth.login("ada", PASSWORD).await.unwrap_err().reason, Reason::LockedOut);
    auth.advance(1);
    auth.login("ada", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn guesses_at_once_learn_no_more_than_guesses_one_by_one() {
    let auth = Auth::start().await;
    auth.register("ada").await;
    let mut tasks = JoinSet::new();
    for _ in 0..30 {
        let mut client = auth.client();
        let request =
            LoginRequest { identifier: "ada".into(), password: WRONG.into(), ..LoginRequest::default() };
        tasks.spawn(async move { reason_of(client.login(request).await.unwrap_err()) });
    }
    let reasons = tasks.join_all().await;
    let count = |wanted| reasons.iter().filter(|reason| **reason == wanted).count();
    // A busy computer may send some away.
    let (wrong, locked, busy) =
        (count(Reason::InvalidCredentials), count(Reason::LockedOut), count(Reason::RateLimited));
    assert_eq!(wrong, 10, "{reasons:?}");
    assert_eq!(locked + busy, 20, "{reasons:?}");
}

#[tokio::test]
async fn a_hash_of_older_costs_is_renewed_at_the_next_sign_in() {
    let auth = Auth::start().await;
    auth.register("ada").await;
    let pool = auth.pool().await;
    // argon2id of "correct horse battery" with m=64, t=1, p=1 and the salt "0123456789abcdef".
    let old = old_hash();
    sqlx::query("UPDATE accounts SET password_hash = $1").bind(&old).execute(&pool).await.unwrap();
    auth.login("ada", PASSWORD).await.unwrap();
    let new: String =
        sqlx::query_scalar("SELECT password_hash FROM accounts").fetch_one(&pool).await.unwrap();
    assert!(new.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{new}");
    auth.login("ada", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_bcrypt_hash_of_an_older_system_opens_the_account_once_and_is_replaced() {
    let auth = Auth::start().await;
    let pool = auth.pool().await;
    // Longer than the 72 bytes that bcrypt sees.
    let long = format!("{}{PASSWORD}", "x".repeat(72));
    for (username, password, prefix) in [
        ("ada", PASSWORD, "$2a$"),
        ("grace", PASSWORD, "$2b$"),
        ("mary", PASSWORD, "$2y$"),
        ("joan", &long, "$2b$"),
    ] {
        auth.register(username).await;
        let legacy = bcrypt::hash(password, 6).unwrap().replacen("$2b$", prefix, 1);
        let update = sqlx::query("UPDATE accounts SET password_hash = $1 WHERE username = $2");
        update.bind(&legacy).bind(username).execute(&pool).await.unwrap();
        assert_eq!(auth.login(username, WRONG).await.unwrap_err().reason, Reason::InvalidCredentials);
        auth.login(username, password).await.unwrap();
        let find = sqlx::query_scalar("SELECT password_hash FROM accounts WHERE username = $1");
        let new: String = find.bind(username).fetch_one(&pool).await.unwrap();
        assert!(new.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{new}");
        auth.login(username, password).await.unwrap();
    }
    let cut = auth.login("joan", &long[..72]).await.unwrap_err();
    assert_eq!(cut.reason, Reason::InvalidCredentials, "from the upgrade on every character counts");
}

#[tokio::test]
async fn a_password_that_changes_while_it_is_checked_opens_nothing() {
    let auth = Auth::start().await;
    auth.register("ada").await;
    let pool = auth.pool().await;
    // As a reset does: it holds the account while the sign-in checks the old password.
    let mut tx = pool.begin().await.unwrap();
    sqlx::query("UPDATE accounts SET password_hash = 'another'").execute(&mut *tx).await.unwrap();
    let mut client = auth.client();
    let request =
        LoginRequest { identifier: "ada".into(), password: PASSWORD.into(), ..LoginRequest::default() };
    let login = tokio::spawn(async move { client.login(request).await.map_err(reason_of) });
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    assert!(!login.is_finished(), "it waits for the reset");
    tx.commit().await.unwrap();
    assert_eq!(login.await.unwrap().unwrap_err(), Reason::InvalidCredentials);
}

fn old_hash() -> String {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
    let hash: argon2::PasswordHash =
        argon2.hash_password_with_salt(PASSWORD.as_bytes(), b"0123456789abcdef").unwrap();
    hash.to_string()
}

#[tokio::test]
async fn beyond_the_hashing_queue_people_are_told_to_come_back() {
    let auth = Auth::start_with(|world| {
        world.settings = vec![
            ("PULSE_AUTH_HASHING_THREADS", "1".to_owned()),
            ("PULSE_AUTH_HASHING_QUEUE", "1".to_owned()),
        ];
    })
    .await;
    auth.register("ada").await;
    let mut tasks = JoinSet::new();
    for _ in 0..40 {
        let mut client = auth.client();
        let request =
            LoginRequest { identifier: "ada".into(), password: PASSWORD.into(), ..LoginRequest::default() };
        tasks.spawn(async move { client.login(request).await.map_err(pulse_rpc::Failure::from_status) });
    }
    let results = tasks.join_all().await;
    let refused: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert!(results.iter().any(Result::is_ok));
    assert!(!refused.is_empty());
    assert!(
        refused.iter().all(|failure| failure.reason == Reason::RateLimited && failure.retry_after.is_some())
    );
    auth.login("ada", PASSWORD).await.unwrap();
}
