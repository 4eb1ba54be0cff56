//! Who is in conversations, for counting those who are online; and who may see whose presence.

use std::collections::{BTreeMap, BTreeSet};

use pulse_proto::common::v1::Person;
use pulse_proto::messages::v1 as proto;
use pulse_rpc::{Failure, Principal, Reason};
use pulse_types::{ConversationId, SystemClock, UserId};

use crate::app::{App, answer};
use crate::place::nobody;

fn id(person: Principal) -> String {
    person.user_id.to_string()
}

impl App {
    async fn show_presence(&self, user: Principal, username: &str, shows: bool, version: i64) {
        let person = Person {
            user_id: id(user),
            username: username.to_owned(),
            display_name: username.to_owned(),
            avatar_url: String::new(),
        };
        let request = proto::ApplyPersonRequest {
            person: Some(person),
            version,
            sends_read_receipts: true,
            locale: "en".to_owned(),
            shows_presence: shows,
        };
        self.graph.clone().apply_person(request).await.unwrap();
    }

    async fn member_ids(&self, places: &[String]) -> Result<BTreeMap<String, BTreeSet<String>>, Failure> {
        let request = proto::ListMemberIdsRequest { conversation_ids: places.to_vec() };
        let found = answer(self.conversations.clone().list_member_ids(request).await)?;
        let read = |found: proto::MemberIds| (found.conversation_id, found.user_ids.into_iter().collect());
        Ok(found.conversations.into_iter().map(read).collect())
    }

    async fn counts(&self, places: &[String], people: &[String]) -> Result<BTreeMap<String, u32>, Failure> {
        let request =
            proto::CountMembersRequest { conversation_ids: places.to_vec(), user_ids: people.to_vec() };
        let found = answer(self.conversations.clone().count_members(request).await)?;
        Ok(found.counts.into_iter().map(|found| (found.conversation_id, found.count)).collect())
    }
}

impl App {
    async fn in_sight(&self, viewer: Principal, people: &[Principal]) -> BTreeSet<String> {
        let user_ids = people.iter().copied().map(id).collect();
        let request = viewer.request(proto::ListPeopleInSightRequest { user_ids });
        let found = answer(self.conversations.clone().list_people_in_sight(request).await).unwrap();
        let distinct: BTreeSet<_> = found.user_ids.iter().cloned().collect();
        assert_eq!(distinct.len(), found.user_ids.len(), "each once");
        distinct
    }
}

#[tokio::test]
async fn members_are_told_and_counted_without_those_who_hide() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let (tea, lobby) = (app.make_group(&[ada, bob]).await, app.make_room("Lobby", &[ada, bob, eve]).await);
    let places = [tea.clone(), lobby.clone(), ConversationId::new(&SystemClock).to_string()];
    let ids = |people: &[Principal]| people.iter().copied().map(id).collect::<BTreeSet<_>>();
    let expected = [(tea.clone(), ids(&[ada, bob])), (lobby.clone(), ids(&[ada, bob, eve]))];
    assert_eq!(app.member_ids(&places).await.unwrap(), BTreeMap::from(expected));
    let asked = [bob, eve, eve, nobody()].map(id);
    let expected = [(tea.clone(), 1), (lobby.clone(), 2)];
    assert_eq!(app.counts(&places, &asked).await.unwrap(), BTreeMap::from(expected));

    app.show_presence(bob, "bob", false, 2).await;
    assert_eq!(app.member_ids(&places).await.unwrap()[&tea], ids(&[ada]));
    let expected = BTreeMap::from([(lobby.clone(), 1)]);
    assert_eq!(app.counts(&places, &asked).await.unwrap(), expected, "only eve is left, and only there");
    app.show_presence(bob, "bob", true, 3).await;
    app.leave(bob, &tea).await.unwrap();
    assert_eq!(app.counts(&places, &asked).await.unwrap(), BTreeMap::from([(lobby, 2)]));
}

#[tokio::test]
async fn one_call_has_a_bound() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let fault = |refused: Failure| {
        assert_eq!(refused.reason, Reason::ValidationFailed);
        format!("{} {}", refused.fields[0].field, refused.fields[0].code)
    };
    let place = app.make_room("Lobby", &[ada]).await;
    let places = vec![place.clone(); 101];
    assert_eq!(fault(app.member_ids(&places).await.unwrap_err()), "conversation_ids too_many");
    assert_eq!(fault(app.counts(&places, &[]).await.unwrap_err()), "conversation_ids too_many");
    let people = vec![UserId::new(&SystemClock).to_string(); 10_001];
    assert_eq!(fault(app.counts(&places[..1], &people).await.unwrap_err()), "user_ids too_many");
    assert_eq!(app.counts(&places[..1], &people[..10_000]).await.unwrap(), BTreeMap::new());
    let bad = ["lobby".to_owned()];
    assert_eq!(fault(app.member_ids(&bad).await.unwrap_err()), "conversation_ids.0 invalid");

    let crowd = format!(
        "INSERT INTO members (conversation_id, user_id, role, joined_at, version)
         SELECT '{place}', md5(n::text)::uuid, 'member', now(), 1 FROM generate_series(1, 20000) AS n"
    );
    sqlx::query(sqlx::AssertSqlSafe(crowd)).execute(&app.pool).await.unwrap();
    assert_eq!(fault(app.member_ids(&[place]).await.unwrap_err()), "conversation_ids too_many");
}

#[tokio::test]
async fn presence_is_for_connected_people_and_common_groups_and_never_across_a_block() {
    let app = App::start().await;
    let [ada, bob, eve, dan] = app.circle(["ada", "bob", "eve", "dan"]).await;
    let everybody = [bob, eve, dan, nobody(), bob];
    let seen = |people: &[Principal]| people.iter().copied().map(id).collect::<BTreeSet<_>>();
    assert_eq!(app.in_sight(ada, &everybody).await, seen(&[bob, eve, dan]));
    assert_eq!(app.in_sight(bob, &[ada, eve, dan]).await, seen(&[ada]));

    let tea = app.make_group(&[ada, bob, eve]).await;
    app.make_room("Lobby", &[ada, bob, eve, dan]).await;
    assert_eq!(app.in_sight(bob, &[ada, eve, dan]).await, seen(&[ada, eve]), "a room gives nothing");
    app.connect(ada, bob, false, 2).await;
    assert_eq!(app.in_sight(ada, &everybody).await, seen(&[bob, eve, dan]), "the group is enough");
    app.leave(bob, &tea).await.unwrap();
    assert_eq!(app.in_sight(ada, &everybody).await, seen(&[eve, dan]));
    assert_eq!(app.in_sight(bob, &[ada, eve]).await, seen(&[]));

    app.block(eve, ada, 2).await;
    app.block(ada, dan, 2).await;
    assert_eq!(app.in_sight(ada, &everybody).await, seen(&[]), "either way, in the group too");
    assert_eq!(app.in_sight(eve, &[ada]).await, seen(&[]));
    assert_eq!(app.in_sight(dan, &[ada]).await, seen(&[]));

    let places = vec![tea.clone(), ConversationId::new(&SystemClock).to_string()];
    let request = proto::ListSizesRequest { conversation_ids: places };
    let sizes = answer(app.conversations.clone().list_sizes(request).await).unwrap().sizes;
    assert_eq!(sizes, [proto::MemberCount { conversation_id: tea, count: 2 }]);
    let many = vec![id(bob); 201];
    let request = ada.request(proto::ListPeopleInSightRequest { user_ids: many });
    let refused = answer(app.conversations.clone().list_people_in_sight(request).await).unwrap_err();
    assert_eq!((refused.reason, refused.fields[0].code.as_str()), (Reason::ValidationFailed, "too_many"));
}
