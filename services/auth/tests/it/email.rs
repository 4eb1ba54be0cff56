//! Addresses: verifying them, changing them, and telling nobody whose they are.

use pulse_proto::auth::v1::RegisterRequest;
use pulse_rpc::Reason;
use tokio::task::JoinSet;

use crate::support::{Auth, PASSWORD, account, faults, reason_of, registration};

const ADA: &str = "ada@example.org";
const NEW: &str = "Ada.Lovelace@example.org";

#[tokio::test]
async fn an_address_is_verified_once_by_the_latest_mail() {
    let auth = Auth::start().await;
    let grant = auth.register("ada").await;
    let first = auth.mailed_token(ADA, "verify_email").await;
    auth.resend_verification(&grant).await;
    let second = auth.last_token(ADA, "verify_email", 2).await;
    let reason = async |token: &str| auth.verify_email(token).await.unwrap_err().reason;
    assert_eq!(reason(&first).await, Reason::InvalidCode, "voided");
    assert!(auth.verify_email(&second).await.unwrap().email_verified);
    assert_eq!(reason(&second).await, Reason::InvalidCode, "used");
    auth.resend_verification(&grant).await;
    auth.until_no_mail_waits().await;
    assert_eq!(auth.kinds(ADA), ["verify_email", "verify_email"], "nothing is left to verify");
    assert!(auth.history(&grant).await.contains(&"email.verified".to_owned()));

    auth.register("grace").await;
    let late = auth.mailed_token("grace@example.org", "verify_email").await;
    auth.advance(24 * 3600);
    assert_eq!(reason(&late).await, Reason::InvalidCode, "expired");
}

#[tokio::test]
async fn of_many_uses_of_one_token_at_once_one_succeeds() {
    let auth = Auth::start().await;
    auth.register("ada").await;
    let token = auth.mailed_token(ADA, "verify_email").await;
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let mut client = auth.accounts();
        let request = pulse_proto::auth::v1::VerifyEmailRequest { token: token.clone(), client: None };
        tasks.spawn(async move { client.verify_email(request).await.map(drop).map_err(reason_of) });
    }
    let (done, refused): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!(done.len(), 1);
    assert!(refused.into_iter().all(|reason| reason == Err(Reason::InvalidCode)));
}

#[tokio::test]
async fn another_address_waits_until_it_is_verified_and_the_old_one_is_told() {
    let auth = Auth::start().await;
    let grant = auth.register_verified("ada").await;
    let changed = auth.change_email(&grant, &format!(" {NEW} ")).await.unwrap();
    assert_eq!((changed.email.as_str(), changed.pending_email.as_str()), (ADA, NEW));
    assert!(changed.email_verified);
    let [told] = auth.mails(ADA, "email_change", 1).await.try_into().unwrap();
    assert!(told.part("text/plain").contains(NEW));
    // Signing in and resetting go by the old one until then.
    assert_eq!(auth.login(NEW, PASSWORD).await.unwrap_err().reason, Reason::InvalidCredentials);
    auth.forgot_password(ADA).await.unwrap();
    let reset = auth.mailed_token(ADA, "reset_password").await;

    let token = auth.mailed_token(NEW, "verify_email").await;
    let verified = auth.verify_email(&token).await.unwrap();
    assert_eq!((verified.email.as_str(), verified.pending_email.as_str()), (NEW, ""));
    assert!(verified.email_verified);
    auth.login(&NEW.to_uppercase(), PASSWORD).await.unwrap();
    assert_eq!(auth.login(ADA, PASSWORD).await.unwrap_err().reason, Reason::InvalidCredentials);
    let failure = auth.reset_password(&reset, "another good password").await.unwrap_err();
    assert_eq!(
        failure.reason,
        Reason::InvalidCode,
        "it went to an address that is not the account's any more"
    );
    let history = auth.history(&grant).await;
    for event in ["email.change_requested", "email.changed"] {
        assert!(history.contains(&event.to_owned()), "{history:?}");
    }
}

#[tokio::test]
async fn a_later_wish_voids_the_earlier_one_and_the_present_address_forgets_it() {
    let auth = Auth::start().await;
    let grant = auth.register_verified("ada").await;
    auth.change_email(&grant, NEW).await.unwrap();
    let first = auth.mailed_token(NEW, "verify_email").await;
    auth.change_email(&grant, "countess@example.org").await.unwrap();
    let second = auth.mailed_token("countess@example.org", "verify_email").await;
    assert_eq!(auth.verify_email(&first).await.unwrap_err().reason, Reason::InvalidCode);
    let account = auth.change_email(&grant, "ADA@example.org").await.unwrap();
    assert_eq!((account.email.as_str(), account.pending_email.as_str()), (ADA, ""));
    assert_eq!(auth.verify_email(&second).await.unwrap_err().reason, Reason::InvalidCode);
    let failure = auth.change_email(&grant, "nobody").await.unwrap_err();
    assert_eq!(faults(&failure), [("email", "invalid")]);
}

#[tokio::test]
async fn a_stranger_who_reads_an_address_that_was_never_verified_learns_no_other() {
    let auth = Auth::start().await;
    let grant = auth.register("ada").await;
    auth.change_email(&grant, NEW).await.unwrap();
    let [told] = auth.mails(ADA, "email_change", 1).await.try_into().unwrap();
    assert!(!told.body().contains(NEW));
}

#[tokio::test]
async fn an_address_that_somebody_owns_is_told_to_the_owner_alone() {
    let auth = Auth::start().await;
    let owner = auth.register_verified("ada").await;
    let request = RegisterRequest { email: "ADA@example.org".to_owned(), ..registration("grace") };
    let grace = auth.try_register(request).await.unwrap();
    assert!(!account(&grace).email_verified);
    auth.mails(ADA, "email_in_use", 1).await;

    let edsger = auth.register_verified("edsger").await;
    let changed = auth.change_email(&edsger, ADA).await.unwrap();
    assert_eq!(changed.pending_email, ADA);
    auth.mails(ADA, "email_in_use", 2).await;
    auth.resend_verification(&edsger).await;
    auth.mails(ADA, "email_in_use", 3).await;
    assert!(auth.kinds("ADA@example.org").is_empty(), "no link goes to somebody else's account");
    assert_eq!(
        auth.login(ADA, PASSWORD).await.map(|grant| account(&grant).user_id.clone()).unwrap(),
        account(&owner).user_id
    );
}

#[tokio::test]
async fn of_two_who_want_one_address_the_first_to_verify_has_it() {
    let auth = Auth::start().await;
    auth.register("ada").await;
    let [grace, edsger] = [auth.register_verified("grace").await, auth.register_verified("edsger").await];
    auth.change_email(&grace, "Shared@example.org").await.unwrap();
    auth.change_email(&edsger, "shared@example.org").await.unwrap();
    let first = auth.mailed_token("Shared@example.org", "verify_email").await;
    let second = auth.mailed_token("shared@example.org", "verify_email").await;
    auth.verify_email(&first).await.unwrap();
    for _ in 0..2 {
        assert_eq!(auth.verify_email(&second).await.unwrap_err().reason, Reason::Conflict);
    }
    auth.login("edsger@example.org", PASSWORD).await.unwrap();
}
