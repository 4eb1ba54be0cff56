//! Whether something between a person and others has changed since a point.

use pulse_proto::graph::v1::*;
use pulse_rpc::{Failure, Reason};

use crate::door::{Door, Person};

impl Person {
    async fn changed_since(&self, since: &str) -> Result<GetRelationshipPointResponse, Failure> {
        let request = self.principal.request(GetRelationshipPointRequest { since: since.to_owned() });
        let answer = self.client().get_relationship_point(request).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner())
    }

    async fn point(&self) -> String {
        let answer = self.changed_since("").await.unwrap();
        assert!(!answer.changed && answer.point.len() <= 128);
        answer.point
    }

    /// Whether something has changed, and the point after it.
    async fn has_changed(&self, point: &mut String) -> bool {
        let answer = self.changed_since(point).await.unwrap();
        *point = answer.point;
        answer.changed
    }
}

#[tokio::test]
async fn every_change_between_two_people_is_one_for_those_who_may_know_of_it() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    let carol = door.person("carol").await.unwrap();
    let (mut of_ada, mut of_bob, mut of_carol) = (ada.point().await, bob.point().await, carol.point().await);
    for step in ["follow", "connect", "mute", "profile", "unmute", "block", "unblock", "nothing"] {
        match step {
            "follow" => drop(ada.follow(&bob).await.unwrap()),
            "connect" => drop(bob.follow(&ada).await.unwrap()),
            "mute" => ada.mute(&bob).await.unwrap(),
            "profile" => door.rename_shown(&bob, "Bobby").await,
            "unmute" => ada.unmute(&bob).await.unwrap(),
            "block" => ada.block(&bob).await.unwrap(),
            "unblock" => ada.unblock(&bob).await.unwrap(),
            _ => ada.unblock(&bob).await.unwrap(),
        }
        assert_eq!(ada.has_changed(&mut of_ada).await, step != "nothing", "{step}");
        let hidden_from_bob = ["mute", "unmute", "profile", "nothing"].contains(&step);
        assert_eq!(bob.has_changed(&mut of_bob).await, !hidden_from_bob, "{step}");
        assert!(!carol.has_changed(&mut of_carol).await, "{step}");
        assert!(!ada.has_changed(&mut of_ada).await, "{step} is told once");
    }
}

#[tokio::test]
async fn a_change_whose_transaction_began_before_the_point_and_ends_after_it_is_not_skipped() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    ada.follow(&bob).await.unwrap();
    let pool = door.database.pool().await.unwrap();
    let touch = "INSERT INTO relationship_points (user_id) VALUES ($1)
                 ON CONFLICT (user_id) DO UPDATE SET changed_xid = pg_current_xact_id()";
    // Its number is older than those of the changes below; it ends last.
    let mut slow = pool.begin().await.unwrap();
    sqlx::query("SELECT pg_current_xact_id()").execute(&mut *slow).await.unwrap();
    ada.unfollow(&bob).await.unwrap();
    let mut point = ada.point().await;
    sqlx::query(touch).bind(ada.id().as_uuid()).execute(&mut *slow).await.unwrap();
    assert!(!ada.has_changed(&mut point).await, "not ended yet");
    slow.commit().await.unwrap();
    assert!(ada.has_changed(&mut point).await);
}

#[tokio::test]
async fn a_point_is_its_owners_alone_and_a_garbled_one_is_refused() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    for since in [ada.point().await.as_str(), "garbled"] {
        let refused = bob.changed_since(since).await.unwrap_err();
        assert_eq!((refused.reason, refused.fields[0].field.as_str()), (Reason::ValidationFailed, "since"));
    }
}
