//! Where the conversations of many people stand, for gateways that look whether an event was lost.

use std::collections::BTreeSet;

use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::MemberRole as Role;
use pulse_proto::messages::v1::sync_service_client::SyncServiceClient;
use pulse_rpc::{Failure, Principal, Reason};
use tonic::Request;

use crate::app::{App, answer, message};

/// A position as it is compared: whose, where, at which version, among how many, and whether they are gone.
type Told = (String, String, i64, u32, bool);

impl App {
    async fn positions(&self, asked: &[(&str, &[Principal])]) -> Result<(BTreeSet<Told>, String), Failure> {
        let since = |(horizon, people): &(&str, &[Principal])| proto::PositionsSince {
            horizon: (*horizon).to_owned(),
            user_ids: people.iter().map(|person| person.user_id.to_string()).collect(),
        };
        let request = proto::ListPositionsRequest { asked: asked.iter().map(since).collect() };
        let client = SyncServiceClient::new(self.gateway.clone());
        let found = answer(client.clone().list_positions(Request::new(request)).await)?;
        let positions = found.positions.into_iter().map(|found| {
            (found.user_id, found.conversation_id, found.version, found.member_count, found.removed)
        });
        Ok((positions.collect(), found.horizon))
    }

    async fn point(&self, user: Principal) -> proto::GetSyncPointResponse {
        let request = user.request(proto::GetSyncPointRequest {});
        answer(self.client.clone().get_sync_point(request).await).unwrap()
    }
}

fn told(who: Principal, place: &str, version: i64, members: u32) -> Told {
    (who.user_id.to_string(), place.to_owned(), version, members, false)
}

fn gone(who: Principal, place: &str, version: i64) -> Told {
    (who.user_id.to_string(), place.to_owned(), version, 0, true)
}

#[tokio::test]
async fn what_changed_since_a_horizon_is_told_to_each_of_its_members_once() {
    let app = App::start().await;
    let [ada, bob, cid] = app.circle(["ada", "bob", "cid"]).await;
    let tea = app.make_group(&[ada, bob]).await;
    let all = app.make_group(&[ada, bob, cid]).await;
    let horizon = app.point(ada).await.horizon;
    let nothing = app.positions(&[(&horizon, &[ada, bob, cid])]).await.unwrap();
    assert!(nothing.0.is_empty(), "{nothing:?}");

    let tea_version = app.see(ada, &tea).await.unwrap().version;
    app.send(bob, message(&tea, "one")).await.unwrap();
    let (positions, next) = app.positions(&[(&horizon, &[ada, bob, cid])]).await.unwrap();
    let expected = [told(ada, &tea, tea_version + 1, 2), told(bob, &tea, tea_version + 1, 2)];
    assert_eq!(positions, expected.into());
    assert!(app.positions(&[(&next, &[ada, bob, cid])]).await.unwrap().0.is_empty(), "told already");

    // Marks are no change of the conversation.
    app.mark_read(ada, &tea, 1).await.unwrap();
    assert!(app.positions(&[(&next, &[ada])]).await.unwrap().0.is_empty());

    // Each person has a horizon of their own.
    app.send(cid, message(&all, "two")).await.unwrap();
    let version = app.see(ada, &all).await.unwrap().version;
    let (positions, _) = app.positions(&[(&horizon, &[ada]), (&next, &[bob])]).await.unwrap();
    let expected =
        [told(ada, &tea, tea_version + 1, 2), told(ada, &all, version, 3), told(bob, &all, version, 3)];
    assert_eq!(positions, expected.into());
}

#[tokio::test]
async fn whoever_has_come_or_gone_is_told_so() {
    let app = App::start().await;
    let [ada, bob, cid] = app.circle(["ada", "bob", "cid"]).await;
    let place = app.make_group(&[ada, bob]).await;
    let horizon = app.point(ada).await.horizon;
    app.put(ada, &place, cid, Role::Unspecified).await.unwrap();
    app.remove(ada, &place, bob).await.unwrap();
    let version = app.see(ada, &place).await.unwrap().version;
    let (positions, next) = app.positions(&[(&horizon, &[ada, bob, cid])]).await.unwrap();
    // A system message follows each of the two changes.
    let expected =
        [told(ada, &place, version, 2), told(cid, &place, version, 2), gone(bob, &place, version - 1)];
    assert_eq!(positions, expected.into());
    app.put(ada, &place, bob, Role::Unspecified).await.unwrap();
    let (positions, _) = app.positions(&[(&next, &[bob])]).await.unwrap();
    assert_eq!(positions, [told(bob, &place, version + 2, 3)].into(), "back");
}

#[tokio::test]
async fn a_transaction_that_commits_late_is_not_passed_over() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let before = app.point(ada).await.horizon;
    let mut late = app.pool.begin().await.unwrap();
    let update = "UPDATE conversations SET version = version + 1, changed_xid = pg_current_xact_id()
                  WHERE conversation_id = $1::uuid";
    sqlx::query(update).bind(&place).execute(&mut *late).await.unwrap();
    let (positions, during) = app.positions(&[(&before, &[ada, bob])]).await.unwrap();
    assert!(positions.is_empty());
    let other = app.make_room("Lobby", &[ada]).await;
    late.commit().await.unwrap();
    let (positions, _) = app.positions(&[(&during, &[ada, bob])]).await.unwrap();
    let places: BTreeSet<String> = positions.into_iter().map(|told| told.1).collect();
    assert_eq!(places, [place, other].into());
}

#[tokio::test]
async fn a_sync_point_names_the_large_conversations() {
    let app = App::start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let (small, large) = (app.make_room("Small", &[ada, bob]).await, app.make_room("Large", &[ada]).await);
    app.send(bob, message(&small, "hello")).await.unwrap();
    app.pretend_members(&small, 64).await;
    app.pretend_members(&large, 65).await;
    let point = app.point(ada).await;
    assert_eq!((point.large_conversation_ids, point.total_unread), (vec![large], 1));
    assert!(app.point(bob).await.large_conversation_ids.is_empty());
    let nobody = app.person("nobody").await;
    assert_eq!(app.point(nobody).await.total_unread, 0);
}

#[tokio::test]
async fn positions_are_for_gateways_and_bounded() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let horizon = app.point(ada).await.horizon;
    let many = vec![ada; 1001];
    let refused = app.positions(&[(&horizon, &many)]).await.unwrap_err();
    assert_eq!((refused.reason, refused.fields[0].code.as_str()), (Reason::ValidationFailed, "too_many"));
    for garbled in ["", "x", "1:2"] {
        let refused = app.positions(&[(garbled, &[ada])]).await.unwrap_err();
        assert_eq!(refused.fields[0].code, "invalid", "{garbled}");
    }
    let by_graph = SyncServiceClient::new(app.social_graph.clone());
    let request = Request::new(proto::ListPositionsRequest { asked: Vec::new() });
    let refused = answer(by_graph.clone().list_positions(request).await).unwrap_err();
    assert_eq!(refused.reason, Reason::Forbidden);
}
