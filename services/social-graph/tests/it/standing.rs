//! What lasts of people's presence: what they chose, who may see it, and when they were last there.

use std::collections::BTreeMap;

use prost_types::Timestamp;
use pulse_proto::graph::v1::presence_service_client::PresenceServiceClient;
use pulse_proto::graph::v1::*;
use pulse_rpc::{Connection, Failure, Principal, Reason, ServiceName};
use pulse_types::{SessionId, SystemClock, UserId};

use crate::door::{Door, Person};

fn at(seconds: i64) -> Timestamp {
    Timestamp { seconds: 1_700_000_000 + seconds, nanos: 5_000_000 }
}

impl Person {
    fn presences(&self) -> PresenceServiceClient<Connection> {
        PresenceServiceClient::new(self.wire())
    }

    async fn set(&self, availability: Availability) -> Result<(Standing, bool), Failure> {
        let request = SetAvailabilityRequest { availability: availability.into() };
        let answer = self.presences().set_availability(self.principal.request(request)).await;
        let answer = answer.map_err(Failure::from_status)?.into_inner();
        Ok((answer.standing.unwrap(), answer.changed))
    }

    async fn standings(&self, people: &[&Person]) -> BTreeMap<String, Standing> {
        let user_ids = people.iter().map(|person| person.id().to_string()).collect();
        let answer = self.presences().list_standings(ListStandingsRequest { user_ids }).await.unwrap();
        let standings = answer.into_inner().standings.into_iter();
        standings.map(|standing| (standing.user_id.clone(), standing)).collect()
    }

    async fn standing(&self) -> Standing {
        self.standings(&[self]).await.into_values().next().unwrap()
    }

    async fn note(&self, seen: &[(&Person, i64)]) -> Result<(), Failure> {
        let seen = seen
            .iter()
            .map(|(person, seconds)| LastSeen {
                user_id: person.id().to_string(),
                last_seen_at: Some(at(*seconds)),
            })
            .collect();
        let answer = self.presences().note_last_seen(NoteLastSeenRequest { seen }).await;
        answer.map(drop).map_err(Failure::from_status)
    }

    async fn show(&self, door: &Door, presence: Option<&str>, last_seen: Option<&str>) {
        let settings = SettingsPatch {
            show_presence: presence.map(str::to_owned),
            show_last_seen: last_seen.map(str::to_owned),
            ..Default::default()
        };
        let request = UpdateOwnProfileRequest { settings: Some(settings), ..Default::default() };
        door.update(self, request).await.unwrap();
    }
}

#[tokio::test]
async fn a_choice_holds_until_the_next_one_and_each_change_is_counted() {
    let mut door = Door::open().await.unwrap();
    let ada = door.person("ada").await.unwrap();
    let fresh = ada.standing().await;
    assert_eq!((fresh.availability(), fresh.version, fresh.last_seen_at), (Availability::Free, 0, None));
    assert!(fresh.shows_presence && fresh.shows_last_seen);

    let mut last = fresh;
    for (availability, expected) in [
        (Availability::Dnd, true),
        (Availability::Dnd, false),
        (Availability::Invisible, true),
        (Availability::Free, true),
        (Availability::Invisible, true),
    ] {
        let (standing, has_changed) = ada.set(availability).await.unwrap();
        assert_eq!((standing.availability(), has_changed), (availability, expected));
        assert_eq!(standing.version > last.version, expected, "{availability:?}");
        assert_eq!(ada.standing().await, standing);
        last = standing;
    }
    ada.show(&door, Some("nobody"), None).await;
    let hidden = ada.standing().await;
    assert!(!hidden.shows_presence && hidden.shows_last_seen && hidden.version > last.version);
    ada.show(&door, None, Some("nobody")).await;
    let silent = ada.standing().await;
    assert!(!silent.shows_last_seen && silent.version > hidden.version);
    ada.show(&door, Some("nobody"), Some("nobody")).await;
    assert_eq!(ada.standing().await, silent, "nothing changed");

    door.restart().await.unwrap();
    let wire = door.connection_of(ServiceName::Gateway).unwrap();
    let request = ListStandingsRequest { user_ids: vec![ada.id().to_string()] };
    let kept = PresenceServiceClient::new(wire).list_standings(request).await.unwrap().into_inner();
    assert_eq!(kept.standings, [silent]);
}

#[tokio::test]
async fn when_people_were_last_there_only_moves_on() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    ada.note(&[(&bob, 10), (&ada, 20), (&bob, 30), (&bob, 20)]).await.unwrap();
    let seen = async |person: &Person| person.standing().await.last_seen_at;
    assert_eq!((seen(&ada).await, seen(&bob).await), (Some(at(20)), Some(at(30))));
    ada.note(&[(&ada, 15), (&bob, 31)]).await.unwrap();
    assert_eq!((seen(&ada).await, seen(&bob).await), (Some(at(20)), Some(at(31))));
    let (after, _) = bob.set(Availability::Dnd).await.unwrap();
    assert_eq!((after.last_seen_at, after.version), (Some(at(31)), 1), "the first choice is counted");
    ada.note(&[]).await.unwrap();
}

#[tokio::test]
async fn people_without_a_profile_leave_nothing() {
    let door = Door::open().await.unwrap();
    let ada = door.person("ada").await.unwrap();
    let mut nobody = ada.clone();
    nobody.principal =
        Principal { user_id: UserId::new(&SystemClock), session_id: SessionId::new(&SystemClock) };
    assert_eq!(nobody.set(Availability::Dnd).await.unwrap_err().reason, Reason::Unavailable);
    ada.note(&[(&nobody, 10), (&ada, 10)]).await.unwrap();
    assert_eq!(ada.standings(&[&nobody, &ada]).await.len(), 1);
    assert_eq!(door.count("SELECT count(*) FROM standings").await.unwrap(), 1);

    door.erase(&ada).await;
    assert_eq!(door.count("SELECT count(*) FROM standings").await.unwrap(), 0);
    ada.note(&[(&ada, 20)]).await.unwrap();
    assert_eq!(door.count("SELECT count(*) FROM standings").await.unwrap(), 0, "it does not come back");
}

#[tokio::test]
async fn what_lasts_of_ones_presence_is_in_the_export() {
    let door = Door::open().await.unwrap();
    let ada = door.person("ada").await.unwrap();
    ada.set(Availability::Invisible).await.unwrap();
    ada.note(&[(&ada, 0)]).await.unwrap();
    let profile: serde_json::Value = serde_json::from_str(&door.export(&ada).await["profile.json"]).unwrap();
    assert_eq!(profile["availability"], "invisible");
    assert_eq!(profile["last_seen_at"], "2023-11-14T22:13:20.005Z");
}

#[tokio::test]
async fn a_call_is_bounded_and_who_is_invisible_is_told_to_the_gateway_alone() {
    let door = Door::open().await.unwrap();
    let ada = door.person("ada").await.unwrap();
    let many = vec![(&ada, 1); 201];
    let fault = |refused: Failure| (refused.reason, refused.fields[0].field.clone());
    assert_eq!(fault(ada.note(&many).await.unwrap_err()), (Reason::ValidationFailed, "seen".to_owned()));
    let request = ListStandingsRequest { user_ids: vec![ada.id().to_string(); 201] };
    let refused = ada.presences().list_standings(request).await.map_err(Failure::from_status);
    assert_eq!(fault(refused.unwrap_err()), (Reason::ValidationFailed, "user_ids".to_owned()));
    let refused = ada.set(Availability::Unspecified).await.unwrap_err();
    assert_eq!(fault(refused), (Reason::ValidationFailed, "availability".to_owned()));
    for stranger in [ServiceName::Operator, ServiceName::Auth, ServiceName::MessageStore] {
        let mut client = PresenceServiceClient::new(door.connection_of(stranger).unwrap());
        let refused = client.list_standings(ListStandingsRequest::default()).await.unwrap_err();
        assert_eq!(Failure::from_status(refused).reason, Reason::Forbidden, "{stranger}");
    }
}
