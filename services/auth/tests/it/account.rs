//! Making accounts.

use pulse_proto::auth::v1::{GetAccountRequest, RegisterRequest};
use pulse_rpc::Reason;
use tokio::task::JoinSet;

use crate::support::{Auth, PASSWORD, account, faults, reason_of, registration};

#[tokio::test]
async fn whoever_registers_is_signed_in_and_known() {
    let auth = Auth::start().await;
    let grant = auth
        .try_register(RegisterRequest {
            username: " Ada.L ".to_owned(),
            email: " Ada@Example.org ".to_owned(),
            ..registration("x")
        })
        .await
        .unwrap();
    let made = account(&grant);
    assert_eq!((made.username.as_str(), made.email.as_str()), ("ada.l", "Ada@Example.org"));
    assert!(!made.email_verified && made.has_password && !made.totp_enabled);
    assert_eq!(grant.expires_in_seconds, 300);
    assert!(grant.refresh_token.starts_with("pulse_rt_") && grant.device_token.starts_with("pulse_dt_"));

    let request = GetAccountRequest { user_id: made.user_id.clone() };
    let told = auth.client().get_account(request).await.unwrap().into_inner().account.unwrap();
    assert_eq!(&told, made);
    for unknown in [grant.session_id, "ada".to_owned()] {
        let refused = auth.client().get_account(GetAccountRequest { user_id: unknown }).await.unwrap_err();
        assert_eq!(reason_of(refused), Reason::NotFound);
    }
}

#[tokio::test]
async fn all_faults_are_told_at_once_with_their_codes() {
    let auth = Auth::start().await;
    let failure = auth
        .try_register(RegisterRequest {
            username: "a..b".to_owned(),
            email: "nobody".to_owned(),
            password: "short".to_owned(),
            display_name: Some(" ".to_owned()),
            ..RegisterRequest::default()
        })
        .await
        .unwrap_err();
    assert_eq!(failure.reason, Reason::ValidationFailed);
    let expected = [
        ("username", "invalid"),
        ("email", "invalid"),
        ("password", "too_short"),
        ("display_name", "too_short"),
    ];
    assert_eq!(faults(&failure), expected);

    for password in ["Password123", "ada.lovelace@example.org", "ADA.LOVELACE"] {
        let request = RegisterRequest { password: password.to_owned(), ..registration("ada.lovelace") };
        let failure = auth.try_register(request).await.unwrap_err();
        assert_eq!(faults(&failure), [("password", "common_password")], "{password}");
    }
    let request = RegisterRequest { password: "a\0b345678901".to_owned(), ..registration("ada") };
    assert_eq!(faults(&auth.try_register(request).await.unwrap_err()), [("password", "invalid")]);
}

#[tokio::test]
async fn a_username_belongs_to_one_account_and_an_address_may_repeat() {
    let auth = Auth::start().await;
    auth.register("ada").await;
    let failure = auth.try_register(registration("ADA")).await.unwrap_err();
    assert_eq!(failure.reason, Reason::UsernameTaken);
    assert_eq!(faults(&failure), [("username", "taken")]);

    let request = RegisterRequest { email: "ADA@example.org".to_owned(), ..registration("grace") };
    auth.try_register(request).await.unwrap();
    // Nobody verified it, so it means neither of the two.
    let failure = auth.login("ada@example.org", PASSWORD).await.unwrap_err();
    assert_eq!(failure.reason, Reason::InvalidCredentials);
    let pool = auth.pool().await;
    let verify = "UPDATE accounts SET email_verified_at = now() WHERE username = 'grace'";
    sqlx::query(verify).execute(&pool).await.unwrap();
    assert_eq!(account(&auth.login("ada@EXAMPLE.org", PASSWORD).await.unwrap()).username, "grace");
}

#[tokio::test]
async fn of_many_who_want_one_name_at_once_one_gets_it() {
    let auth = Auth::start().await;
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let mut client = auth.client();
        tasks.spawn(async move { client.register(registration("ada")).await.map_err(reason_of) });
    }
    let (made, refused): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!(made.len(), 1);
    assert!(refused.into_iter().all(|result| result.unwrap_err() == Reason::UsernameTaken));
}

#[tokio::test]
async fn passwords_are_kept_as_argon2id_and_tokens_only_as_hashes() {
    let auth = Auth::start().await;
    let grant = auth.register("ada").await;
    let pool = auth.pool().await;
    let hash: String =
        sqlx::query_scalar("SELECT password_hash FROM accounts").fetch_one(&pool).await.unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    auth.refresh(&grant.refresh_token).await.unwrap();
    let dump: Vec<String> = sqlx::query_scalar(
        "SELECT t::text FROM refresh_tokens t UNION ALL SELECT d::text FROM device_tokens d UNION ALL SELECT s::text FROM sessions s",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let secret = grant.refresh_token.trim_start_matches("pulse_rt_");
    assert_eq!(dump.len(), 4);
    assert!(dump.iter().all(|row| !row.contains(secret) && !row.contains("pulse_rt_")));
}
