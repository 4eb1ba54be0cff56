//! The signed-in devices of a person: listing them, ending them, and how long an idle one lives.

use pulse_proto::auth::v1::verify_mfa_request::Proof as MfaProof;
use pulse_proto::auth::v1::{CheckSessionsRequest, ClientInfo, LoginRequest, RegisterRequest};
use pulse_rpc::Reason;

use crate::support::person::Person;
use crate::support::{Auth, PASSWORD, faults, registration};

#[tokio::test]
async fn sessions_are_listed_newest_first_page_by_page() {
    let auth = Auth::start().await;
    let client = ClientInfo { user_agent: "u".repeat(600), ip: "192.0.2.7".to_owned() };
    let request = RegisterRequest { client: Some(client), ..registration("ada") };
    let first = auth.try_register(request).await.unwrap();
    auth.register("grace").await;
    let ada = Person::of(&auth, &first);
    let mut ids = vec![first.session_id.clone()];
    for _ in 0..4 {
        auth.advance(1);
        ids.insert(0, auth.login("ada", PASSWORD).await.unwrap().session_id);
    }
    assert_eq!(ada.session_ids().await, ids);

    let mut listed = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = ada.list_sessions(2, &cursor).await.unwrap();
        assert!(page.sessions.len() <= 2);
        listed.extend(page.sessions);
        cursor = page.page.unwrap().next_cursor;
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(
        listed.iter().map(|session| &session.session_id).collect::<Vec<_>>(),
        ids.iter().collect::<Vec<_>>()
    );
    let oldest = listed.last().unwrap();
    assert!(oldest.current && listed.iter().filter(|session| session.current).count() == 1);
    assert_eq!((oldest.method.as_str(), oldest.created_at), ("password", oldest.last_used_at));
    assert_eq!(oldest.expires_at, first.session_expires_at);
    let client = oldest.client.as_ref().unwrap();
    assert_eq!((client.user_agent.len(), client.ip.as_str()), (512, "192.0.2.7"));

    let cursor = ada.list_sessions(2, "").await.unwrap().page.unwrap().next_cursor;
    let grace = Person::of(&auth, &auth.login("grace", PASSWORD).await.unwrap());
    for (person, limit, cursor, field) in
        [(&ada, 3, &cursor, "cursor"), (&grace, 2, &cursor, "cursor"), (&ada, 101, &String::new(), "limit")]
    {
        let failure = person.list_sessions(limit, cursor).await.unwrap_err();
        assert_eq!(failure.reason, Reason::ValidationFailed);
        assert_eq!(faults(&failure)[0].0, field);
    }
}

#[tokio::test]
async fn one_ends_ones_own_sessions_and_nobody_elses() {
    let auth = Auth::start().await;
    let ada = Person::of(&auth, &auth.register("ada").await);
    let other = auth.login("ada", PASSWORD).await.unwrap();
    let grace = auth.register("grace").await;
    for foreign in [grace.session_id.as_str(), "0190a5c6-7c1f-7000-8000-000000000001", "x"] {
        let refused = ada.end_session(foreign).await.unwrap_err();
        assert_eq!(refused.reason, Reason::NotFound, "{foreign}");
    }
    ada.end_session(&other.session_id).await.unwrap();
    ada.end_session(&other.session_id).await.expect("a repeat changes nothing");
    assert_eq!(auth.refresh(&other.refresh_token).await.unwrap_err().reason, Reason::SessionRevoked);
    assert_eq!(ada.session_ids().await, [ada.principal.session_id.to_string()]);
    auth.refresh(&grace.refresh_token).await.unwrap();
}

#[tokio::test]
async fn all_others_end_and_so_does_what_waits_for_a_second_factor() {
    let auth = Auth::start().await;
    let ada = Person::of(&auth, &auth.register("ada").await);
    let others = [auth.login("ada", PASSWORD).await.unwrap(), auth.login("ada", PASSWORD).await.unwrap()];
    let grace = auth.register("grace").await;
    let (_, codes) = ada.enroll(&auth).await;
    let waiting = auth.mfa_token("ada").await;
    ada.end_others().await;
    for other in others {
        assert_eq!(auth.refresh(&other.refresh_token).await.unwrap_err().reason, Reason::SessionRevoked);
    }
    let void = auth.verify(&waiting, MfaProof::RecoveryCode(codes[0].clone())).await.unwrap_err();
    assert_eq!(void.reason, Reason::Unauthenticated);
    assert_eq!(ada.session_ids().await, [ada.principal.session_id.to_string()]);
    auth.refresh(&grace.refresh_token).await.unwrap();
    ada.end_others().await;
}

#[tokio::test]
async fn an_idle_session_ends_and_a_used_one_lives_on() {
    let auth = Auth::start_with(|world| {
        world.settings = vec![("PULSE_AUTH_SESSION_IDLE_SECONDS", "1000".to_owned())]
    })
    .await;
    let idle = auth.register("ada").await;
    let mut used = auth.login("ada", PASSWORD).await.unwrap();
    let ada = Person::of(&auth, &used);
    auth.advance(999);
    used = auth.refresh(&used.refresh_token).await.unwrap();
    assert_eq!(ada.session_ids().await.len(), 2);
    auth.advance(1);
    assert_eq!(ada.session_ids().await, [used.session_id.clone()]);
    let session_ids = vec![idle.session_id.clone(), used.session_id.clone()];
    let live = auth.client().check_sessions(CheckSessionsRequest { session_ids }).await.unwrap();
    assert_eq!(live.into_inner().live_session_ids, [used.session_id.clone()]);
    assert_eq!(auth.refresh(&idle.refresh_token).await.unwrap_err().reason, Reason::SessionRevoked);
    auth.advance(998);
    auth.refresh(&used.refresh_token).await.unwrap();
}

#[tokio::test]
async fn by_default_only_the_absolute_life_counts() {
    let auth = Auth::start().await;
    auth.register("ada").await;
    let request = LoginRequest {
        identifier: "ada".to_owned(),
        password: PASSWORD.to_owned(),
        remember: true,
        ..LoginRequest::default()
    };
    let grant = auth.try_login(request).await.unwrap();
    auth.advance(30 * 24 * 3600 - 1);
    auth.refresh(&grant.refresh_token).await.unwrap();
}
