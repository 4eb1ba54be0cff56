//! Changing a profile, forgetting a person, and telling a person all that is held on them.

use std::collections::BTreeMap;

use pulse_events::{Event, EventType, subjects};
use pulse_proto::auth::v1::{AccountRegistered, AccountRenamed};
use pulse_proto::graph::v1::get_user_request::By;
use pulse_proto::graph::v1::profile_service_client::ProfileServiceClient;
use pulse_proto::graph::v1::*;
use pulse_rpc::{Connection, Failure, Reason, ServiceName};
use pulse_testkit::eventually;
use pulse_types::SystemClock;
use tokio::time::timeout;

use crate::door::{Door, Person, SOON, new_profile};

type Profiles = ProfileServiceClient<Connection>;

impl Door {
    fn profiles(&self, name: ServiceName) -> Profiles {
        ProfileServiceClient::new(self.connection_of(name).unwrap())
    }

    pub(crate) async fn update(
        &self,
        person: &Person,
        request: UpdateOwnProfileRequest,
    ) -> Result<UpdateOwnProfileResponse, Failure> {
        let request = person.principal.request(request);
        let answer = self.profiles(ServiceName::Gateway).update_own_profile(request).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner())
    }

    async fn rename(&self, person: &Person, username: &str, seconds: i64) -> Result<(), Failure> {
        let request = RenameProfileRequest {
            user_id: person.id().to_string(),
            username: username.to_owned(),
            renamed_at: Some(prost_types::Timestamp { seconds, nanos: 0 }),
        };
        let answer = self.profiles(ServiceName::Auth).rename_profile(request).await;
        answer.map(|_| ()).map_err(Failure::from_status)
    }

    pub(crate) async fn erase(&self, person: &Person) {
        let request = ErasePersonRequest { user_id: person.id().to_string() };
        self.profiles(ServiceName::Auth).erase_person(request).await.unwrap();
    }

    pub(crate) async fn export(&self, person: &Person) -> BTreeMap<String, String> {
        let request = ExportPersonRequest { user_id: person.id().to_string() };
        let mut stream = self.profiles(ServiceName::Auth).export_person(request).await.unwrap().into_inner();
        let mut documents: BTreeMap<String, String> = BTreeMap::new();
        while let Some(piece) = stream.message().await.unwrap() {
            documents.entry(piece.name).or_default().push_str(&String::from_utf8(piece.chunk).unwrap());
        }
        documents
    }

    pub(crate) async fn dump(&self) -> String {
        pulse_testkit::dump_tables(self.database.url()).await.unwrap()
    }
}

impl Door {
    /// Gives a person another display name.
    pub(crate) async fn rename_shown(&self, person: &Person, display_name: &str) {
        self.update(person, named(display_name)).await.unwrap();
    }
}

fn named(display_name: &str) -> UpdateOwnProfileRequest {
    UpdateOwnProfileRequest { display_name: Some(display_name.to_owned()), ..Default::default() }
}

#[tokio::test]
async fn a_changed_profile_is_told_to_connected_people_to_oneself_and_to_message_store() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = door.connected_people().await.unwrap();
    let carol = door.person("carol").await.unwrap();
    carol.follow(&ada).await.unwrap();
    let mut of_ada = door.inbox(&ada).await.unwrap();
    let mut of_bob = door.inbox(&bob).await.unwrap();
    let mut of_carol = door.inbox(&carol).await.unwrap();

    let answer = door.update(&ada, named("  Ada Lovelace ")).await.unwrap();
    assert_eq!(answer.user.unwrap().display_name, "Ada Lovelace");
    assert_eq!(answer.settings.unwrap().locale, "en");
    let told = timeout(SOON, of_ada.next()).await.unwrap().unwrap();
    assert_eq!((told.event_type, told.payload.len()), (EventType::MeChanged, 0));
    let told: RelationshipUpdated = timeout(SOON, of_bob.next()).await.unwrap().unwrap().decode().unwrap();
    let user = told.user.unwrap();
    assert_eq!((told.user_id, user.display_name.as_str()), (ada.id().to_string(), "Ada Lovelace"));
    assert!(user.relationship.unwrap().connected);
    eventually(SOON, || async {
        let told = door.neighbour.people();
        let last = told.iter().rev().find(|told| told.person.as_ref().unwrap().username == "ada")?;
        (last.version == 2 && last.person.as_ref()?.display_name == "Ada Lovelace").then_some(())
    })
    .await
    .unwrap();
    assert_eq!(ada.search("ada l", Default::default()).await.unwrap().users.len(), 0);
    assert_eq!(bob.search("ada l", Default::default()).await.unwrap().users.len(), 1);

    // What changes nothing is told to nobody; settings are told to oneself alone.
    door.update(&ada, named("Ada Lovelace")).await.unwrap();
    let dark = SettingsPatch { theme: Some("dark".to_owned()), ..Default::default() };
    let answer = door
        .update(&ada, UpdateOwnProfileRequest { settings: Some(dark), ..Default::default() })
        .await
        .unwrap();
    assert_eq!(answer.settings.unwrap().theme, "dark");
    let told = timeout(SOON, of_ada.next()).await.unwrap().unwrap();
    assert_eq!(told.event_type, EventType::MeChanged);
    door.update(&bob, named("Bob")).await.unwrap();
    let told = timeout(SOON, of_bob.next()).await.unwrap().unwrap();
    assert_eq!(told.event_type, EventType::MeChanged, "nothing between the two changes of names");
    assert!(timeout(std::time::Duration::from_millis(200), of_carol.next()).await.is_err());
}

#[tokio::test]
async fn faults_have_the_names_of_the_contract_and_a_request_waits_on_when_approval_is_switched_off() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    let settings = SettingsPatch {
        who_can_follow: Some("friends".to_owned()),
        locale: Some("en_US".to_owned()),
        ..Default::default()
    };
    let bad = UpdateOwnProfileRequest {
        display_name: Some(String::new()),
        bio: Some("x".repeat(501)),
        settings: Some(settings),
        ..Default::default()
    };
    let failure = door.update(&ada, bad).await.unwrap_err();
    let faults: Vec<_> = failure.fields.iter().map(|fault| (&*fault.field, &*fault.code)).collect();
    let expected = [
        ("display_name", "too_short"),
        ("bio", "too_long"),
        ("settings.who_can_follow", "invalid"),
        ("settings.locale", "invalid"),
    ];
    assert_eq!((failure.reason, faults), (Reason::ValidationFailed, expected.to_vec()));

    bob.follow(&ada).await.unwrap();
    let open = SettingsPatch { approve_follows: Some(false), ..Default::default() };
    door.update(&ada, UpdateOwnProfileRequest { settings: Some(open), ..Default::default() }).await.unwrap();
    assert_eq!(ada.only_request().await.user.unwrap().username, "bob");
}

#[tokio::test]
async fn a_rename_counts_by_its_time_and_a_taken_name_is_refused() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    door.rename(&ada, "countess", 2_000).await.unwrap();
    door.rename(&ada, "older", 1_000).await.unwrap();
    door.rename(&ada, "countess", 2_000).await.unwrap();
    assert_eq!(bob.look_up(By::UserId(ada.id().to_string())).await.unwrap().username, "countess");
    assert_eq!(door.rename(&bob, "countess", 3_000).await.unwrap_err().reason, Reason::UsernameTaken);

    // By the event, when the direct call did not arrive; the name is free by the rename that follows.
    let publisher = door.auth_publisher().await.unwrap();
    for (person, username, seconds) in [(&bob, "countess", 4_000), (&ada, "lovelace", 5_000)] {
        let payload = AccountRenamed {
            user_id: person.id().to_string(),
            username: username.to_owned(),
            renamed_at: Some(prost_types::Timestamp { seconds, nanos: 0 }),
        };
        let event = Event::new(EventType::AccountRenamed, &payload, &SystemClock);
        publisher.publish(subjects::account_renamed(person.id()), &event).await.unwrap();
    }
    eventually(SOON, || async {
        let found = ada.look_up(By::Username("countess".to_owned())).await.ok()?;
        (found.user_id == bob.id().to_string()).then_some(())
    })
    .await
    .unwrap();
    assert_eq!(bob.look_up(By::Username("lovelace".to_owned())).await.unwrap().user_id, ada.id().to_string());
}

#[tokio::test]
async fn erasing_tells_everybody_concerned_leaves_nothing_and_cannot_be_undone_by_an_old_event() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = door.connected_people().await.unwrap();
    let (carol, dan) = (door.person("carol").await.unwrap(), door.person("dan").await.unwrap());
    let mut of_bob = door.inbox(&bob).await.unwrap();
    let mut of_carol = door.inbox(&carol).await.unwrap();
    carol.follow(&ada).await.unwrap();
    timeout(SOON, of_carol.next()).await.unwrap().unwrap();
    let mut of_dan = door.inbox(&dan).await.unwrap();
    door.update(&ada, named("Canary")).await.unwrap();
    timeout(SOON, of_bob.next()).await.unwrap().unwrap();

    door.erase(&ada).await;
    door.erase(&ada).await;
    for inbox in [&mut of_bob, &mut of_carol] {
        let told: RelationshipUpdated = timeout(SOON, inbox.next()).await.unwrap().unwrap().decode().unwrap();
        assert_eq!((told.user_id, told.user), (ada.id().to_string(), None));
    }
    assert!(timeout(std::time::Duration::from_millis(200), of_dan.next()).await.is_err());
    assert_eq!(bob.look_up(By::UserId(ada.id().to_string())).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(bob.connections(Default::default()).await.unwrap().users.len(), 0);
    assert_eq!(ada.follow(&bob).await.unwrap_err().reason, Reason::Unavailable);

    // Both ways in which an account comes are closed; the name is free for somebody else.
    let mut auth = door.client_of(ServiceName::Auth).unwrap();
    auth.create_profile(new_profile(ada.id(), "ada", "Canary")).await.unwrap();
    let payload = AccountRegistered {
        user_id: ada.id().to_string(),
        username: "ada".to_owned(),
        display_name: "Canary".to_owned(),
        registered_at: Some(prost_types::Timestamp { seconds: 1_790_000_000, nanos: 0 }),
    };
    let event = Event::new(EventType::AccountRegistered, &payload, &SystemClock);
    let publisher = door.auth_publisher().await.unwrap();
    publisher.publish(subjects::account_registered(ada.id()), &event).await.unwrap();
    let eve = door.person("ada").await.unwrap();
    assert_eq!(door.rename(&ada, "canary", 9_000).await.unwrap_err().reason, Reason::NotFound);
    eventually(SOON, || async {
        (door.count("SELECT count(*) FROM outbox").await.unwrap() == 0).then_some(())
    })
    .await
    .unwrap();
    let dump = door.dump().await;
    assert!(!dump.contains("Canary"), "{dump}");
    assert_eq!(dump.matches(&ada.id().to_string()).count(), 1, "the memory of the erasure alone: {dump}");
    assert_eq!(bob.look_up(By::Username("ada".to_owned())).await.unwrap().user_id, eve.id().to_string());
}

#[tokio::test]
async fn what_waits_for_a_bus_that_is_down_is_forgotten_with_the_person() {
    let mut door = Door::open().await.unwrap();
    let (ada, bob) = door.connected_people().await.unwrap();
    eventually(SOON, || async {
        (door.count("SELECT count(*) FROM outbox").await.unwrap() == 0).then_some(())
    })
    .await
    .unwrap();
    door.nats.stop().await;
    door.update(&ada, named("Canary")).await.unwrap();
    door.update(&bob, named("Bobby")).await.unwrap();
    door.erase(&ada).await;
    let dump = door.dump().await;
    assert!(!dump.contains("Canary"), "{dump}");
    // Told to bob: that his own profile has changed, and that she is gone. What she was to be told of him alone is gone.
    assert_eq!(door.count("SELECT count(*) FROM outbox").await.unwrap(), 2);
    let payloads = "SELECT count(*) FROM outbox WHERE position('Canary'::bytea IN payload) > 0";
    assert_eq!(door.count(payloads).await.unwrap(), 0);
    door.nats.start_again().await.unwrap();
}

#[tokio::test]
async fn an_export_holds_the_profile_the_settings_and_all_follows() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = door.connected_people().await.unwrap();
    let carol = door.person("carol").await.unwrap();
    carol.follow(&ada).await.unwrap();
    let documents = door.export(&ada).await;
    let expected = ["blocks.json", "follows.json", "mutes.json", "profile.json", "reports.json"];
    assert_eq!(documents.keys().collect::<Vec<_>>(), expected);
    let profile: serde_json::Value = serde_json::from_str(&documents["profile.json"]).unwrap();
    assert_eq!(profile["username"], "ada");
    assert_eq!(profile["settings"]["who_can_follow"], "everyone");
    let follows: serde_json::Value = serde_json::from_str(&documents["follows.json"]).unwrap();
    let mut lines: Vec<_> = follows
        .as_array()
        .unwrap()
        .iter()
        .map(|follow| {
            [&follow["direction"], &follow["username"], &follow["state"]]
                .map(|text| text.as_str().unwrap())
                .join(" ")
        })
        .collect();
    lines.sort();
    assert_eq!(lines, ["incoming bob accepted", "incoming carol requested", "outgoing bob accepted"]);
    assert_eq!(door.export(&bob).await["follows.json"].matches("connected_since\":\"").count(), 2);

    let dan = door.person("dan").await.unwrap();
    assert_eq!(door.export(&dan).await["follows.json"], "[]\n");
}
