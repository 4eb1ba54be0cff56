//! Linking and unlinking identities at a real provider, and the second factor on top of them.

use pulse_proto::auth::v1::LogoutRequest;
use pulse_proto::auth::v1::exchange_code_response::Outcome as Exchanged;
use pulse_proto::auth::v1::finish_flow_response::Outcome;
use pulse_proto::auth::v1::logout_request::Target;
use pulse_proto::auth::v1::verify_mfa_request::Proof as MfaProof;
use pulse_rpc::Reason;
use pulse_testkit::OidcProvider;
use serde_json::json;

use crate::oidc::{Desk, failed, redirect_uris, session};
use crate::support::person::{Person, code_at};
use crate::support::{PASSWORD, account};

/// One provider under the id `corp`, which knows `a` and `b`.
async fn corp() -> (OidcProvider, Desk) {
    let provider = OidcProvider::start(&redirect_uris(&["corp"]), true).await.unwrap();
    provider.set_account("a", json!({ "email": "a@corp.example", "email_verified": true })).unwrap();
    provider.set_account("b", json!({ "email": "b@corp.example", "email_verified": true })).unwrap();
    let desk = Desk::start(provider.settings("CORP")).await;
    (provider, desk)
}

fn linked() -> Outcome {
    Outcome::LinkedProviderId("corp".to_owned())
}

#[tokio::test]
async fn a_linked_identity_signs_in_to_its_account_until_it_is_unlinked() {
    let (provider, desk) = corp().await;
    let ada = desk.auth.register("ada").await;
    let token = desk.auth.mailed_token("ada@example.org", "verify_email").await;
    desk.auth.verify_email(&token).await.unwrap();
    assert_eq!(desk.link(&ada, &provider, "corp", "a").await, linked());
    let identities = desk.identities(&ada).await;
    assert_eq!((identities.len(), identities[0].email.as_str()), (1, "a@corp.example"));
    let refused = desk.try_begin(Some(&ada), "corp", "").await.unwrap_err();
    assert_eq!(refused.reason, Reason::AlreadyExists);

    let by_corp = desk.sign_in(&provider, "corp", "a").await;
    assert_eq!(account(&by_corp).user_id, account(&ada).user_id);
    assert!(account(&by_corp).has_password);

    for _ in 0..2 {
        desk.unlink(&ada, "corp").await.unwrap();
        assert!(desk.identities(&ada).await.is_empty());
    }
    assert_eq!(desk.unlink(&ada, "nobody").await.unwrap_err().reason, Reason::NotFound);
    let events = desk.auth.history(&ada).await;
    for event in ["identity.linked", "identity.unlinked"] {
        assert_eq!(events.iter().filter(|one| *one == event).count(), 1, "{events:?}");
    }
    desk.auth.until_no_mail_waits().await;
    let mails = desk.auth.kinds("ada@example.org");
    for kind in ["identity_linked", "identity_unlinked"] {
        assert!(mails.contains(&kind.to_owned()), "{kind}: {mails:?}");
    }
    let stranger = desk.sign_in(&provider, "corp", "a").await;
    assert_ne!(account(&stranger).user_id, account(&ada).user_id, "it is somebody new again");
}

#[tokio::test]
async fn an_identity_of_another_account_and_a_second_one_of_a_provider_are_conflicts() {
    let (provider, desk) = corp().await;
    let ada = desk.auth.register("ada").await;
    let grace = desk.auth.register("grace").await;
    // Both began before either was linked.
    let [first, second] =
        [desk.try_begin(Some(&ada), "corp", "").await, desk.try_begin(Some(&ada), "corp", "").await]
            .map(Result::unwrap);
    let back = provider.sign_in(&first.authorization_url, "a").await.unwrap();
    assert_eq!(desk.finish("corp", &back, &first.browser_token).await, linked());
    assert_eq!(desk.link(&grace, &provider, "corp", "a").await, failed("conflict"));
    let back = provider.sign_in(&second.authorization_url, "b").await.unwrap();
    assert_eq!(desk.finish("corp", &back, &second.browser_token).await, failed("conflict"));
    assert!(desk.identities(&grace).await.is_empty());
    assert_eq!(desk.identities(&ada).await.len(), 1);
}

#[tokio::test]
async fn a_link_ends_with_the_session_that_began_it() {
    let (provider, desk) = corp().await;
    let ada = desk.auth.register("ada").await;
    let flow = desk.try_begin(Some(&ada), "corp", "").await.unwrap();
    let back = provider.sign_in(&flow.authorization_url, "a").await.unwrap();
    let target = Some(Target::SessionId(ada.session_id.clone()));
    desk.auth.client().logout(LogoutRequest { target, ..LogoutRequest::default() }).await.unwrap();
    let before = desk.counts().await;
    assert_eq!(desk.finish("corp", &back, &flow.browser_token).await, failed("expired"));
    assert_eq!(desk.counts().await, before);
}

#[tokio::test]
async fn the_last_way_in_stays_until_there_is_another() {
    let (provider, desk) = corp().await;
    let made = desk.sign_in(&provider, "corp", "a").await;
    assert_eq!(desk.unlink(&made, "corp").await.unwrap_err().reason, Reason::Conflict);
    assert_eq!(desk.identities(&made).await.len(), 1);
    let pool = desk.auth.pool().await;
    // An identity of a provider that was taken out of the settings is no way in, and can be unlinked.
    let old = "INSERT INTO identities (issuer, subject, user_id, provider_id, created_at)
               SELECT 'https://old.example', 'x', user_id, 'old', now() FROM accounts";
    sqlx::query(old).execute(&pool).await.unwrap();
    assert_eq!(desk.unlink(&made, "corp").await.unwrap_err().reason, Reason::Conflict);
    desk.unlink(&made, "old").await.unwrap();
    sqlx::query("UPDATE accounts SET password_hash = 'x'").execute(&pool).await.unwrap();
    desk.unlink(&made, "corp").await.unwrap();
    assert_eq!(desk.counts().await, [1, 1, 0, 0]);
}

#[tokio::test]
async fn of_two_ways_in_unlinked_at_once_one_stays() {
    let provider = OidcProvider::start(&redirect_uris(&["corp"]), true).await.unwrap();
    let other = OidcProvider::start(&redirect_uris(&["club"]), true).await.unwrap();
    provider.set_account("a", json!({})).unwrap();
    other.set_account("a", json!({})).unwrap();
    let desk = Desk::start([provider.settings("CORP"), other.settings("CLUB")].concat()).await;
    let made = desk.sign_in(&provider, "corp", "a").await;
    let club = Outcome::LinkedProviderId("club".to_owned());
    assert_eq!(desk.link(&made, &other, "club", "a").await, club);
    let (one, two) = tokio::join!(desk.unlink(&made, "corp"), desk.unlink(&made, "club"));
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    assert_eq!(desk.counts().await, [1, 1, 1, 0]);
}

#[tokio::test]
async fn a_second_factor_is_asked_for_on_top() {
    let (provider, desk) = corp().await;
    let ada = desk.auth.register("ada").await;
    assert_eq!(desk.link(&ada, &provider, "corp", "a").await, linked());
    let (secret, _) = Person::of(&desk.auth, &ada).enroll(&desk.auth).await;
    let code = desk.code(&provider, "corp", "a").await;
    let before = desk.counts().await;
    let Exchanged::Mfa(challenge) = desk.exchange(&code).await.unwrap() else { panic!("no second factor") };
    assert_eq!(challenge.methods, ["totp", "recovery_code"]);
    let [accounts, sessions, identities, _] = before;
    assert_eq!(desk.counts().await, [accounts, sessions, identities, 0], "no session yet");
    assert_eq!(desk.exchange(&code).await.unwrap_err().reason, Reason::InvalidCode);
    let proof = MfaProof::Code(code_at(&desk.auth, &secret, 1));
    let signed_in = desk.auth.verify(&challenge.mfa_token, proof).await.unwrap().session.unwrap();
    assert_eq!(account(&signed_in).user_id, account(&ada).user_id);
    let pool = desk.auth.pool().await;
    let method: String = sqlx::query_scalar("SELECT method FROM sessions WHERE session_id::text = $1")
        .bind(&signed_in.session_id)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(method, "corp");
}

#[tokio::test]
async fn a_password_still_signs_in_to_an_account_with_an_identity() {
    let (provider, desk) = corp().await;
    let ada = desk.auth.register("ada").await;
    assert_eq!(desk.link(&ada, &provider, "corp", "a").await, linked());
    assert_eq!(account(&desk.auth.login("ada", PASSWORD).await.unwrap()).user_id, account(&ada).user_id);
    let code = desk.code(&provider, "corp", "a").await;
    assert_eq!(account(&session(desk.exchange(&code).await.unwrap())).user_id, account(&ada).user_id);
}
