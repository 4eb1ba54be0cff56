//! Rooms: the directory, joining, and who may not.

use std::collections::HashSet;

use pulse_events::{Bus, EventType, Subscription, subjects};
use pulse_proto::common::v1::PageRequest;
use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::{ConversationState as State, MemberRole as Role};
use pulse_rpc::{Failure, Principal, Reason};
use pulse_runtime::Readiness;

use crate::app::{App, answer, message, next};
use crate::place::{hear, heard, nobody, silence, told};

impl App {
    async fn rooms(
        &self,
        user: Principal,
        query: &str,
        limit: u32,
        cursor: &str,
    ) -> Result<proto::ListRoomsResponse, Failure> {
        let page = Some(PageRequest { limit, cursor: cursor.to_owned() });
        let request = proto::ListRoomsRequest { query: query.to_owned(), page };
        answer(self.conversations.clone().list_rooms(user.request(request)).await)
    }

    async fn titles(&self, user: Principal, query: &str) -> Vec<String> {
        let rooms = self.rooms(user, query, 50, "").await.unwrap();
        rooms.conversations.into_iter().map(|room| room.title).collect()
    }
}

#[tokio::test]
async fn anybody_finds_and_joins_a_room_silently() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let eve = app.person("eve").await;
    let place = app.make_room("Lobby", &[ada]).await;
    app.send(ada, message(&place, "welcome")).await.unwrap();
    let seen = app.see(eve, &place).await.unwrap();
    assert_eq!(
        (seen.my, seen.last_message, seen.last_seq),
        (None, None, 1),
        "to strangers it shows itself alone"
    );
    assert_eq!(app.send(eve, message(&place, "x")).await.unwrap_err().reason, Reason::NotAMember);
    let (_ada_bus, mut for_ada) = app.listen(ada).await;
    let (_eve_bus, mut for_eve) = app.listen(eve).await;
    let joined = app.join(eve, &place).await.unwrap();
    assert_eq!((joined.version, joined.last_seq, joined.member_count), (3, 1, 2));
    assert_eq!(joined.last_message.as_ref().unwrap().body, "welcome");
    assert_eq!(joined, app.see(eve, &place).await.unwrap());
    assert_eq!(joined, app.join(eve, &place).await.unwrap(), "whoever is in stays in");
    assert_eq!(hear(&mut for_ada, 1).await, heard(&[(3, "added eve member of 2")]));
    assert_eq!(hear(&mut for_eve, 2).await, heard(&[(3, "snapshot"), (3, "added eve member of 2")]));
    app.leave(eve, &place).await.unwrap();
    app.leave(eve, &place).await.unwrap();
    assert_eq!(hear(&mut for_ada, 1).await, heard(&[(4, "removed eve member of 1")]));
    assert_eq!(hear(&mut for_eve, 1).await, heard(&[(4, "gone left")]));
    silence(&mut for_ada).await;
    assert_eq!(app.everything(ada, &place).await.len(), 1, "nothing is written of it");
    app.join(eve, &place).await.unwrap();
    assert_eq!(app.join(eve, &nobody().user_id.to_string()).await.unwrap_err().reason, Reason::NotFound);
}

#[tokio::test]
async fn whom_an_admin_removed_comes_back_when_added_alone() {
    let app = App::start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let place = app.make_room("Lobby", &[ada]).await;
    app.join(bob, &place).await.unwrap();
    app.remove(ada, &place, bob).await.unwrap();
    assert_eq!(app.join(bob, &place).await.unwrap_err().reason, Reason::Forbidden);
    app.leave(bob, &place).await.unwrap();
    assert_eq!(app.join(bob, &place).await.unwrap_err().reason, Reason::Forbidden, "leaving changes nothing");
    app.set_state(ada, &place, State::Closed).await.unwrap();
    assert_eq!(app.join(bob, &place).await.unwrap_err().reason, Reason::Forbidden, "the bar comes first");
    app.set_state(ada, &place, State::Open).await.unwrap();
    app.put(ada, &place, bob, Role::Unspecified).await.unwrap();
    app.leave(bob, &place).await.unwrap();
    app.join(bob, &place).await.unwrap();
    let notes = ["member_removed ada bob", "closed ada -", "reopened ada -", "member_added ada bob"];
    assert_eq!(app.notes(ada, &place).await, notes);
}

#[tokio::test]
async fn rooms_alone_are_joined_and_only_while_open() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let group = app.make_group(&[ada, bob]).await;
    assert_eq!(app.join(eve, &group).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(app.join(bob, &group).await.unwrap_err().reason, Reason::Forbidden);
    let direct = app.open_direct(ada, bob).await.unwrap().conversation.unwrap().conversation_id;
    assert_eq!(app.join(bob, &direct).await.unwrap_err().reason, Reason::Forbidden);
    let room = app.make_room("Lobby", &[ada]).await;
    app.set_state(ada, &room, State::Closed).await.unwrap();
    assert_eq!(app.join(eve, &room).await.unwrap_err().reason, Reason::ConversationClosed);
    app.join(ada, &room).await.unwrap();
}

#[tokio::test]
async fn twenty_who_join_at_once_get_the_last_places_and_no_more() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let place = app.make_room("Lobby", &[ada]).await;
    app.pretend_members(&place, 100_000 - 7).await;
    let mut people = Vec::new();
    for number in 0..20 {
        people.push(app.person(&format!("guest{number}")).await);
    }
    let joins = people.iter().map(|person| app.join(*person, &place));
    let joined = futures_util::future::join_all(joins).await;
    let (in_now, out): (Vec<_>, Vec<_>) = joined.into_iter().partition(Result::is_ok);
    assert_eq!((in_now.len(), out.len()), (7, 13));
    for refused in out {
        assert_eq!(refused.unwrap_err().fields[0].code, "too_many");
    }
    let versions: HashSet<_> = in_now.into_iter().map(|seen| seen.unwrap().version).collect();
    assert_eq!(versions, (2..=8).collect(), "each has a version of its own");
    assert_eq!(app.see(ada, &place).await.unwrap().member_count, 100_000);
    assert_eq!(app.count("SELECT count(*) FROM members").await, 8);
}

#[tokio::test]
async fn a_large_room_tells_its_own_subject_and_those_who_come_and_go() {
    let app = App::start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let place = app.make_room("Lobby", &[ada]).await;
    app.pretend_members(&place, 64).await;
    let bus = Bus::connect(app.nats.url(), "test", Readiness::default().check("nats", true)).await.unwrap();
    let mut for_room = bus.subscribe(subjects::conversation(place.parse().unwrap())).await.unwrap();
    let (_ada_bus, mut for_ada) = app.listen(ada).await;
    let (_bob_bus, mut for_bob) = app.listen(bob).await;
    app.put(ada, &place, bob, Role::Unspecified).await.unwrap();
    let news = [(2, "added bob member of 65"), (3, "message member_added ada bob")];
    assert_eq!(hear(&mut for_room, 2).await, heard(&news));
    assert_eq!(hear(&mut for_bob, 2).await, heard(&[(3, "snapshot"), news[0]]));
    assert_eq!(
        hear(&mut for_ada, 1).await,
        heard(&news[..1]),
        "the change that makes it large, and no other"
    );
    silence(&mut for_ada).await;
    app.pretend_members(&place, 67).await;
    app.remove(ada, &place, bob).await.unwrap();
    let news = [(4, "removed bob member of 66"), (5, "message member_removed ada bob")];
    assert_eq!(hear(&mut for_room, 2).await, heard(&news));
    assert_eq!(hear(&mut for_bob, 1).await, heard(&[(5, "gone removed")]));
    silence(&mut for_ada).await;
}

/// The next events that are no marks.
async fn hear_durable(subscription: &mut Subscription, events: usize) -> Vec<(i64, String)> {
    let mut heard = Vec::new();
    while heard.len() < events {
        let event = next(subscription).await;
        if event.event_type != EventType::MarksMoved {
            heard.push(told(&event));
        }
    }
    heard
}

#[tokio::test]
async fn a_room_that_becomes_small_again_tells_both_planes_of_the_one_change_between() {
    let app = App::start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let place = app.make_room("Lobby", &[ada, bob]).await;
    let (_bus, mut for_room) = app.watch(&place).await;
    let (_ada_bus, mut for_ada) = app.listen(ada).await;
    app.pretend_members(&place, 65).await;
    app.send(ada, message(&place, "large")).await.unwrap();
    app.remove(ada, &place, bob).await.unwrap();
    app.send(ada, message(&place, "small")).await.unwrap();
    let gone = (3, "removed bob member of 64");
    let in_room = hear_durable(&mut for_room, 2).await;
    assert_eq!(in_room, heard(&[(2, "message large"), gone]));
    let in_inbox = hear_durable(&mut for_ada, 3).await;
    assert_eq!(in_inbox, heard(&[gone, (4, "message member_removed ada bob"), (5, "message small")]));
}

#[tokio::test]
async fn whoever_is_gone_from_a_small_group_is_told_where_others_type() {
    let app = App::start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let place = app.make_group(&[ada, bob]).await;
    let (_bus, mut for_group) = app.watch(&place).await;
    app.remove(ada, &place, bob).await.unwrap();
    let told = hear_durable(&mut for_group, 1).await;
    assert_eq!(told[0].1, "removed bob member of 1");
    silence(&mut for_group).await;
}

#[tokio::test]
async fn the_busiest_rooms_come_first_page_by_page() {
    let app = App::start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let mut places = Vec::new();
    for (number, members) in [5, 9, 5, 1, 7].into_iter().enumerate() {
        let place = app.make_room(&format!("Room {number}"), &[ada]).await;
        app.send(ada, message(&place, "inside")).await.unwrap();
        app.pretend_members(&place, members).await;
        places.push(place);
    }
    app.make_group(&[ada, bob]).await;
    let expected = ["Room 1", "Room 4", "Room 2", "Room 0", "Room 3"];
    for limit in [1, 2, 4, 5, 50] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = app.rooms(bob, "", limit, &cursor).await.unwrap();
            assert!(page.conversations.iter().all(|room| room.my.is_none() && room.last_message.is_none()));
            seen.extend(page.conversations.into_iter().map(|room| room.title));
            cursor = page.page.unwrap().next_cursor;
            if cursor.is_empty() {
                break;
            }
        }
        assert_eq!(seen, expected, "pages of {limit}");
    }
    app.join(bob, &places[2]).await.unwrap();
    for room in app.rooms(bob, "", 50, "").await.unwrap().conversations {
        let is_own = room.conversation_id == places[2];
        assert_eq!((room.my.is_some(), room.last_message.is_some()), (is_own, is_own), "{}", room.title);
    }
    let cursor = app.rooms(bob, "room", 2, "").await.unwrap().page.unwrap().next_cursor;
    for (query, limit) in [("room", 3), ("roo", 2), ("", 2)] {
        assert_eq!(app.rooms(bob, query, limit, &cursor).await.unwrap_err().fields[0].field, "cursor");
    }
    assert_eq!(app.rooms(bob, "", 0, "").await.unwrap().conversations.len(), 5);
    assert_eq!(app.rooms(bob, "", 101, "").await.unwrap_err().fields[0].field, "limit");
    assert_eq!(app.rooms(bob, &"x".repeat(65), 5, "").await.unwrap_err().fields[0].field, "q");
}

#[tokio::test]
async fn rooms_are_found_by_what_title_and_topic_hold() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let lobby = app.make_room("Grüße aus Rust", &[ada]).await;
    app.make_room("100% cotton", &[ada]).await;
    app.make_room("Knitting_club", &[ada]).await;
    let topic = proto::UpdateConversationRequest {
        conversation_id: lobby,
        topic: Some("Crabs, cotton and Tea".to_owned()),
        ..Default::default()
    };
    app.describe(ada, topic).await.unwrap();
    assert_eq!(app.titles(ada, "  GRÜSSE ").await, Vec::<String>::new());
    assert_eq!(app.titles(ada, "GRÜ").await, ["Grüße aus Rust"]);
    assert_eq!(app.titles(ada, "rus").await, ["Grüße aus Rust"]);
    assert_eq!(app.titles(ada, "COTTON").await, ["100% cotton", "Grüße aus Rust"]);
    assert_eq!(app.titles(ada, "0%").await, ["100% cotton"]);
    assert_eq!(app.titles(ada, "g_c").await, ["Knitting_club"]);
    assert_eq!(app.titles(ada, "t_a").await, Vec::<String>::new(), "no pattern");
    assert_eq!(app.titles(ada, "ea").await.len(), 1);
}
