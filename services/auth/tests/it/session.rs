//! Refreshing, ending and checking sessions.

use std::collections::HashSet;
use std::time::Duration;

use pulse_proto::auth::v1::logout_request::Target;
use pulse_proto::auth::v1::{CheckSessionsRequest, RefreshRequest, RegisterRequest, SessionGrant};
use pulse_rpc::Reason;
use pulse_testkit::eventually;
use tokio::task::JoinSet;
use tonic::Code;

use crate::support::{Auth, PASSWORD, faults, reason_of, registration};

async fn live(auth: &Auth, session_ids: Vec<String>) -> Vec<String> {
    let answer = auth.client().check_sessions(CheckSessionsRequest { session_ids }).await.unwrap();
    answer.into_inner().live_session_ids
}

async fn successors(auth: &Auth) -> i64 {
    let count = sqlx::query_scalar("SELECT count(*) FROM refresh_tokens WHERE used_at IS NULL");
    count.fetch_one(&auth.pool().await).await.unwrap()
}

#[tokio::test]
async fn a_journey_from_registration_to_the_end() {
    let auth = Auth::start().await;
    let first = auth.register("ada").await;
    auth.advance(200);
    let second = auth.refresh_of(&first.refresh_token, &first.session_id).await.unwrap();
    assert_eq!(second.session_id, first.session_id);
    assert_eq!(second.session_expires_at, first.session_expires_at, "its end is absolute");
    assert_eq!(second.device_token, "", "a refresh repeats none");
    assert_ne!(second.refresh_token, first.refresh_token);
    let elsewhere = auth.login("ada", PASSWORD).await.unwrap();
    let both = vec![first.session_id.clone(), elsewhere.session_id.clone()];
    assert_eq!(live(&auth, both.clone()).await, both);

    let ended = auth.logout(Target::SessionId(first.session_id.clone())).await.unwrap();
    assert_eq!(ended.session_id, first.session_id);
    auth.logout(Target::SessionId(first.session_id.clone())).await.unwrap();
    assert_eq!(live(&auth, both).await.as_slice(), std::slice::from_ref(&elsewhere.session_id));
    let refused = auth.refresh(&second.refresh_token).await.unwrap_err();
    assert_eq!(refused.reason, Reason::SessionRevoked);

    let ended = auth.logout(Target::RefreshToken(elsewhere.refresh_token)).await.unwrap();
    assert_eq!(ended.session_id, elsewhere.session_id);
}

#[tokio::test]
async fn fifty_refreshes_at_once_give_one_successor() {
    let auth = Auth::start().await;
    let second_replica = auth.world.spawn().await;
    let grant = auth.register("ada").await;
    let mut tasks = JoinSet::new();
    for at in 0..50 {
        let replica = if at % 2 == 0 { &auth.replica } else { &second_replica };
        let mut client = replica.client.clone();
        let refresh_token = grant.refresh_token.clone();
        tasks.spawn(async move {
            let request = RefreshRequest { refresh_token, ..RefreshRequest::default() };
            // On a busy machine not all of them get a connection to the database in time: whoever was told so asks again.
            loop {
                match client.refresh(request.clone()).await {
                    Err(status) if status.code() == Code::Unavailable => {}
                    answer => return answer.unwrap().into_inner().session.unwrap().refresh_token,
                }
            }
        });
    }
    let given: HashSet<String> = tasks.join_all().await.into_iter().collect();
    assert_eq!(given.len(), 1);
    assert_eq!(successors(&auth).await, 1);
    second_replica.stop().await.unwrap();
}

#[tokio::test]
async fn within_the_grace_the_old_token_gives_the_same_successor() {
    let auth = Auth::start().await;
    let first = auth.register("ada").await;
    let second = auth.refresh(&first.refresh_token).await.unwrap();
    auth.advance(30);
    let again = auth.refresh(&first.refresh_token).await.unwrap();
    assert_eq!(again.refresh_token, second.refresh_token);
    assert_ne!(again.access_token, second.access_token, "the access token is newer");
    auth.refresh(&second.refresh_token).await.unwrap();
}

#[tokio::test]
async fn after_the_grace_an_old_token_ends_the_session() {
    let auth = Auth::start().await;
    let first = auth.register("ada").await;
    let second = auth.refresh(&first.refresh_token).await.unwrap();
    auth.advance(31);
    assert_revoked(&auth, &first, &[&first.refresh_token, &second.refresh_token]).await;
}

#[tokio::test]
async fn once_the_successor_is_used_an_old_token_ends_the_session_also_within_the_grace() {
    let auth = Auth::start().await;
    let first = auth.register("ada").await;
    let second = auth.refresh(&first.refresh_token).await.unwrap();
    let third = auth.refresh(&second.refresh_token).await.unwrap();
    assert_revoked(&auth, &first, &[&first.refresh_token, &third.refresh_token]).await;
}

async fn assert_revoked(auth: &Auth, session: &SessionGrant, tokens: &[&str]) {
    assert_eq!(live(auth, vec![session.session_id.clone()]).await.len(), 1);
    for token in tokens {
        assert_eq!(auth.refresh(token).await.unwrap_err().reason, Reason::SessionRevoked);
        assert!(live(auth, vec![session.session_id.clone()]).await.is_empty());
    }
}

#[tokio::test]
async fn unknown_tokens_and_other_peoples_sessions_are_unauthenticated() {
    let auth = Auth::start().await;
    let ada = auth.register("ada").await;
    let grace = auth.register("grace").await;
    let unknown = "pulse_rt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for token in ["", "x", unknown, &ada.device_token, &ada.access_token] {
        assert_eq!(auth.refresh(token).await.unwrap_err().reason, Reason::Unauthenticated, "{token}");
        let target = Target::RefreshToken(token.to_owned());
        assert_eq!(auth.logout(target).await.unwrap_err().reason, Reason::Unauthenticated, "{token}");
    }
    for session_id in [&grace.session_id, "x"] {
        let refused = auth.refresh_of(&ada.refresh_token, session_id).await.unwrap_err();
        assert_eq!(refused.reason, Reason::Unauthenticated);
    }
    auth.refresh_of(&ada.refresh_token, &ada.session_id).await.unwrap();
    let nothing = auth.logout(Target::SessionId("x".to_owned())).await.unwrap_err();
    assert_eq!(nothing.reason, Reason::Unauthenticated);
}

#[tokio::test]
async fn a_session_ends_by_itself_and_no_access_token_outlives_it() {
    let auth = Auth::start().await;
    let short = auth.register("ada").await;
    let remembered =
        auth.try_register(RegisterRequest { remember: true, ..registration("grace") }).await.unwrap();
    auth.advance(25_200 - 100);
    let last = auth.refresh(&short.refresh_token).await.unwrap();
    assert_eq!(last.expires_in_seconds, 100);
    auth.advance(100);
    assert_eq!(auth.refresh(&last.refresh_token).await.unwrap_err().reason, Reason::SessionRevoked);
    let ids = vec![short.session_id.clone(), remembered.session_id.clone()];
    assert_eq!(live(&auth, ids).await.as_slice(), std::slice::from_ref(&remembered.session_id));
    auth.advance(30 * 24 * 3600 - 25_200 - 1);
    auth.refresh(&remembered.refresh_token).await.unwrap();
    auth.advance(1);
    assert!(live(&auth, vec![remembered.session_id]).await.is_empty());
}

#[tokio::test]
async fn a_check_takes_a_thousand_ids() {
    let auth = Auth::start().await;
    let grant = auth.register("ada").await;
    let mut session_ids = vec!["no id".to_owned(); 999];
    session_ids.push(grant.session_id.clone());
    assert_eq!(live(&auth, session_ids.clone()).await, [grant.session_id]);
    session_ids.push(String::new());
    let refused = auth.client().check_sessions(CheckSessionsRequest { session_ids }).await.unwrap_err();
    let failure = pulse_rpc::Failure::from_status(refused.clone());
    assert_eq!(faults(&failure), [("session_ids", "too_many")]);
    assert_eq!(reason_of(refused), Reason::ValidationFailed);
}

#[tokio::test]
async fn what_is_over_is_forgotten_after_a_week() {
    let auth = Auth::start().await;
    let grant = auth.register("ada").await;
    let pool = auth.pool().await;
    let count = || sqlx::query_scalar::<_, i64>("SELECT count(*) FROM refresh_tokens").fetch_one(&pool);
    auth.advance(25_200 + 6 * 24 * 3600);
    // A replica tidies up when it starts.
    auth.world.spawn().await.stop().await.unwrap();
    assert_eq!(auth.refresh(&grant.refresh_token).await.unwrap_err().reason, Reason::SessionRevoked);
    auth.advance(24 * 3600 + 1);
    let replica = auth.world.spawn().await;
    eventually(Duration::from_secs(10), || async { (count().await.unwrap() == 0).then_some(()) })
        .await
        .unwrap();
    assert_eq!(auth.refresh(&grant.refresh_token).await.unwrap_err().reason, Reason::Unauthenticated);
    replica.stop().await.unwrap();
}
