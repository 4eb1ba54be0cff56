//! Signing in by a real OpenID Connect provider.

use pulse_proto::auth::v1::finish_flow_response::Outcome;
use pulse_proto::auth::v1::{ListProvidersRequest, Provider};
use pulse_rpc::{Failure, Reason};
use pulse_testkit::OidcProvider;
use serde_json::json;
use tokio::task::JoinSet;

use crate::oidc::{Desk, failed, redirect_uris, session};
use crate::support::{account, registration};

async fn google() -> (OidcProvider, Desk) {
    let provider = OidcProvider::start(&redirect_uris(&["google"]), true).await.unwrap();
    let desk = Desk::start(provider.settings("GOOGLE")).await;
    (provider, desk)
}

#[tokio::test]
async fn googles_flow_makes_an_account_once_and_finds_it_again() {
    let (provider, desk) = google().await;
    let claims = json!({
        "email": "Ada@Example.org", "email_verified": true, "name": "Ada Lovelace", "preferred_username": "Ada.L",
    });
    provider.set_account("ada-1", claims).unwrap();
    let listed = desk.client().list_providers(ListProvidersRequest {}).await.unwrap().into_inner();
    let google = Provider { provider_id: "google".to_owned(), name: "Google".to_owned() };
    assert_eq!(listed.providers, [google]);

    let flow = desk.begin("google").await;
    for part in ["code_challenge_method=S256", "response_type=code", "&nonce=", "scope=openid+email+profile"]
    {
        assert!(flow.authorization_url.contains(part), "{part}: {}", flow.authorization_url);
    }
    assert_eq!(flow.expires_in_seconds, 600);

    let first = desk.sign_in(&provider, "google", "ada-1").await;
    let made = account(&first);
    assert_eq!((made.username.as_str(), made.email.as_str()), ("ada.l", "Ada@Example.org"));
    assert!(made.email_verified && !made.has_password && !made.totp_enabled);
    assert!(first.refresh_token.starts_with("pulse_rt_"));

    // Whatever the issuer tells later: the subject is who they are.
    let claims = json!({ "email": "else@example.org", "email_verified": true, "preferred_username": "else" });
    provider.set_account("ada-1", claims).unwrap();
    let second = desk.sign_in(&provider, "google", "ada-1").await;
    assert_eq!(account(&second), made);
    assert_ne!(second.session_id, first.session_id);
    let pool = desk.auth.pool().await;
    let methods: Vec<String> =
        sqlx::query_scalar("SELECT DISTINCT method FROM sessions").fetch_all(&pool).await.unwrap();
    assert_eq!(methods, ["google"]);
    let outbox: Vec<String> =
        sqlx::query_scalar("SELECT event_type FROM outbox WHERE event_type LIKE 'account%'")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(outbox, ["account.registered"]);
    let events = desk.auth.history(&first).await;
    for event in ["account.registered", "identity.linked", "session.started"] {
        assert!(events.contains(&event.to_owned()), "{event}: {events:?}");
    }
}

#[tokio::test]
async fn claims_may_come_from_user_info() {
    let provider = OidcProvider::start(&redirect_uris(&["corp"]), false).await.unwrap();
    let mut settings = provider.settings("CORP");
    settings.push(("PULSE_AUTH_OIDC_CORP_NAME".to_owned(), "The Corp".to_owned()));
    let desk = Desk::start(settings).await;
    provider.set_account("a", json!({ "email": "ada@example.org", "email_verified": true })).unwrap();
    let made = desk.sign_in(&provider, "corp", "a").await;
    assert_eq!(account(&made).email, "ada@example.org");
    assert_eq!(account(&made).username, "ada");
    let identities = desk.identities(&made).await;
    assert_eq!(identities.len(), 1);
    let one = &identities[0];
    assert_eq!((&*one.provider_id, &*one.name, &*one.email), ("corp", "The Corp", "ada@example.org"));
}

#[tokio::test]
async fn usernames_are_made_valid_and_are_nobody_elses() {
    let (provider, desk) = google().await;
    desk.auth.register("ada").await;
    let pool = desk.auth.pool().await;
    // The hash of `ada2`: somebody gave it up lately.
    sqlx::query("INSERT INTO released_usernames (username_hash, free_at) VALUES (sha256('ada2'), now() + interval '1 day')")
        .execute(&pool)
        .await
        .unwrap();
    for (login, expected) in [("x1", "ada3"), ("x2", "ada4")] {
        provider.set_account(login, json!({ "preferred_username": "Ada" })).unwrap();
        let made = desk.sign_in(&provider, "google", login).await;
        let made = account(&made);
        assert_eq!((made.username.as_str(), made.email.as_str()), (expected, ""));
        assert!(!made.email_verified);
    }
}

#[tokio::test]
async fn an_address_that_the_issuer_does_not_vouch_for_is_to_be_verified_by_mail() {
    let (provider, desk) = google().await;
    provider.set_account("a", json!({ "email": "new@example.org", "email_verified": false })).unwrap();
    let made = desk.sign_in(&provider, "google", "a").await;
    assert_eq!((account(&made).email.as_str(), account(&made).email_verified), ("new@example.org", false));
    let token = desk.auth.mailed_token("new@example.org", "verify_email").await;
    let verified = desk.auth.verify_email(&token).await.unwrap();
    assert_eq!((&verified.user_id, verified.email_verified), (&account(&made).user_id, true));
}

#[tokio::test]
async fn an_owned_address_that_the_issuer_vouches_for_is_a_conflict_and_links_nothing() {
    let (provider, desk) = google().await;
    desk.auth.try_register(registration("ada")).await.unwrap();
    let pool = desk.auth.pool().await;
    sqlx::query("UPDATE accounts SET email_verified_at = now()").execute(&pool).await.unwrap();
    provider.set_account("a", json!({ "email": "ADA@example.org", "email_verified": true })).unwrap();
    let code = desk.code(&provider, "google", "a").await;
    let before = desk.counts().await;
    assert_eq!(desk.exchange(&code).await.unwrap_err().reason, Reason::Conflict);
    assert_eq!(before, [1, 1, 0, 1]);
    assert_eq!(desk.counts().await, [1, 1, 0, 0], "the code is used up");
    assert_eq!(desk.exchange(&code).await.unwrap_err().reason, Reason::InvalidCode);
}

#[tokio::test]
async fn an_owned_address_that_nobody_vouches_for_gives_another_account() {
    let (provider, desk) = google().await;
    let ada = desk.auth.register("ada").await;
    let pool = desk.auth.pool().await;
    sqlx::query("UPDATE accounts SET email_verified_at = now()").execute(&pool).await.unwrap();
    provider.set_account("a", json!({ "email": "ada@example.org", "email_verified": false })).unwrap();
    let other = desk.sign_in(&provider, "google", "a").await;
    assert_ne!(account(&other).user_id, account(&ada).user_id);
    assert!(!account(&other).email_verified);
    assert!(desk.identities(&ada).await.is_empty());
}

#[tokio::test]
async fn a_code_is_exchanged_once_of_fifty_at_once_and_within_a_minute() {
    let (provider, desk) = google().await;
    provider.set_account("a", json!({})).unwrap();
    let code = desk.code(&provider, "google", "a").await;
    let mut tasks = JoinSet::new();
    for _ in 0..50 {
        let mut client = desk.client();
        let request = pulse_proto::auth::v1::ExchangeCodeRequest { code: code.clone(), ..Default::default() };
        tasks.spawn(async move { client.exchange_code(request).await.map_err(Failure::from_status) });
    }
    let (good, bad): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!(good.len(), 1);
    assert!(bad.into_iter().all(|result| result.unwrap_err().reason == Reason::InvalidCode));
    assert_eq!(desk.counts().await, [1, 1, 1, 0]);

    for garbage in ["", "x", &code[..code.len() - 1], &format!("{code}A")] {
        assert_eq!(desk.exchange(garbage).await.unwrap_err().reason, Reason::InvalidCode, "{garbage}");
    }
    let late = desk.code(&provider, "google", "a").await;
    desk.auth.advance(61);
    assert_eq!(desk.exchange(&late).await.unwrap_err().reason, Reason::InvalidCode);
}

#[tokio::test]
async fn first_sign_ins_of_one_person_at_once_make_one_account() {
    let (provider, desk) = google().await;
    provider.set_account("a", json!({ "email": "a@example.org", "email_verified": true })).unwrap();
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(desk.code(&provider, "google", "a").await);
    }
    let mut tasks = JoinSet::new();
    for code in codes {
        let mut client = desk.client();
        let request = pulse_proto::auth::v1::ExchangeCodeRequest { code, ..Default::default() };
        tasks.spawn(async move { client.exchange_code(request).await });
    }
    let answers = tasks.join_all().await;
    let ids: Vec<_> = answers
        .into_iter()
        .map(|answer| session(answer.unwrap().into_inner().outcome.unwrap()))
        .map(|session| account(&session).user_id.clone())
        .collect();
    assert!(ids.iter().all(|id| id == &ids[0]), "{ids:?}");
    assert_eq!(desk.counts().await, [1, 4, 1, 0]);
}

#[tokio::test]
async fn several_flows_of_one_browser_are_under_way_at_once() {
    let (provider, desk) = google().await;
    provider.set_account("a", json!({})).unwrap();
    let one = desk.begin("google").await;
    let two = desk.try_begin(None, "google", &one.browser_token).await.unwrap();
    assert_eq!(one.browser_token, two.browser_token);
    let garbled = desk.try_begin(None, "google", "planted").await.unwrap();
    assert_ne!(garbled.browser_token, "planted");
    for flow in [one, two] {
        let back = provider.sign_in(&flow.authorization_url, "a").await.unwrap();
        let outcome = desk.finish("google", &back, &flow.browser_token).await;
        assert!(matches!(outcome, Outcome::Code(_)), "{outcome:?}");
    }
}

#[tokio::test]
async fn who_says_no_at_the_provider_comes_back_with_that() {
    let (provider, desk) = google().await;
    let flow = desk.begin("google").await;
    let back = provider.refuse(&flow.authorization_url).await.unwrap();
    assert_eq!(back.error, "access_denied");
    assert_eq!(desk.finish("google", &back, &flow.browser_token).await, failed("access_denied"));
    assert_eq!(desk.counts().await, [0; 4]);
}

#[tokio::test]
async fn a_provider_that_is_down_is_unavailable_and_an_unknown_one_is_not_found() {
    let settings = [("ISSUER", "http://127.0.0.1:1"), ("CLIENT_ID", "c"), ("CLIENT_SECRET", "s")];
    let settings = settings.map(|(name, value)| (format!("PULSE_AUTH_OIDC_DOWN_{name}"), value.to_owned()));
    let desk = Desk::start(settings.to_vec()).await;
    let refused = desk.try_begin(None, "down", "").await.unwrap_err();
    assert_eq!(refused.reason, Reason::Unavailable);
    for unknown in ["google", "", "../down", "DOWN"] {
        let refused = desk.try_begin(None, unknown, "").await.unwrap_err();
        assert_eq!(refused.reason, Reason::NotFound, "{unknown}");
    }
    let refused = desk.try_finish("google", &Default::default(), "").await.unwrap_err();
    assert_eq!(refused.reason, Reason::NotFound);
}
