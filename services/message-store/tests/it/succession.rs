//! What becomes of groups and rooms whose members delete their accounts.

use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::MemberRole as Role;
use pulse_rpc::{Principal, Reason};
use pulse_testkit::eventually;

use crate::app::{App, SOON, answer, message};
use crate::place::{hear, heard};

impl App {
    async fn forget(&self, person: Principal) {
        let request = proto::ErasePersonRequest { user_id: person.user_id.to_string(), erase_messages: true };
        let erase = || async { answer(self.privacy.clone().erase_person(request.clone()).await).ok() };
        eventually(SOON, erase).await.unwrap();
    }
}

#[tokio::test]
async fn what_somebody_owned_passes_to_the_longest_serving_admin() {
    let app = App::start().await;
    let [ada, bob, eve, dan] = app.circle(["ada", "bob", "eve", "dan"]).await;
    let place = app.make_group(&[ada, bob]).await;
    app.put(ada, &place, eve, Role::Unspecified).await.unwrap();
    app.put(ada, &place, dan, Role::Admin).await.unwrap();
    app.put(ada, &place, eve, Role::Admin).await.unwrap();
    let before = app.see(bob, &place).await.unwrap().version;
    let (_bus, mut for_bob) = app.listen(bob).await;
    app.forget(ada).await;
    let news = [
        (before + 1, "shared Tea CONVERSATION_STATE_OPEN"),
        (before + 2, "message transferred - eve"),
        (before + 3, "removed - owner of 3"),
        (before + 4, "message member_left - -"),
    ];
    assert_eq!(hear(&mut for_bob, 4).await, heard(&news));
    let seen = app.see(bob, &place).await.unwrap();
    assert_eq!((seen.owner_id, seen.version), (eve.user_id.to_string(), before + 4));
    let members = app.members(bob, &place, 50).await.unwrap();
    let expected = [("eve", Role::Owner), ("dan", Role::Admin), ("bob", Role::Member)];
    assert_eq!(members, expected.map(|(name, role)| (name.to_owned(), role)));
    assert_eq!(app.count("SELECT count(*) FROM departures").await, 0, "nothing tells of who is forgotten");

    // Without admins the longest-serving member.
    app.forget(dan).await;
    app.forget(eve).await;
    let seen = app.see(bob, &place).await.unwrap();
    assert_eq!((seen.owner_id, seen.member_count), (bob.user_id.to_string(), 1));
    // The last one out deletes it.
    app.forget(bob).await;
    assert_eq!(app.count("SELECT count(*) FROM conversations").await, 0);
    assert_eq!(app.count("SELECT count(*) FROM departures").await, 0);
}

#[tokio::test]
async fn whoever_is_forgotten_leaves_rooms_and_what_they_left_before() {
    let app = App::start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let room = app.make_room("Lobby", &[ada, bob]).await;
    let left = app.make_room("Left", &[ada]).await;
    let deleted = app.make_group(&[ada, bob]).await;
    app.join(bob, &left).await.unwrap();
    app.send(bob, message(&left, "canary")).await.unwrap();
    app.leave(bob, &left).await.unwrap();
    app.delete(ada, &deleted).await.unwrap();
    let (_bus, mut for_ada) = app.listen(ada).await;
    app.forget(bob).await;
    assert_eq!(
        hear(&mut for_ada, 2).await,
        heard(&[(2, "removed - member of 1"), (3, "message member_left - -")])
    );
    assert_eq!(app.notes(ada, &room).await, ["member_left - -"]);
    let said = app.everything(ada, &left).await;
    assert_eq!((said[0].body.as_str(), &said[0].sender), ("", &None), "also where they are not in any more");
    let tables = "SELECT (SELECT count(*) FROM departures WHERE user_id = '$') + (SELECT count(*) FROM members WHERE user_id = '$')";
    assert_eq!(app.count(&tables.replace('$', &bob.user_id.to_string())).await, 0);
    let request = crate::place::wanted(proto::ConversationKind::Room, Some("Ghosts"), &[]);
    assert_eq!(app.create(bob, request).await.unwrap_err().reason, Reason::NotFound, "nobody comes back");
    assert_eq!(app.join(bob, &room).await.unwrap_err().reason, Reason::NotFound);
}

#[tokio::test]
async fn the_other_one_of_a_direct_keeps_it_and_the_last_one_takes_it_along() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    app.send(ada, message(&place, "hello")).await.unwrap();
    app.forget(ada).await;
    let seen = app.see(bob, &place).await.unwrap();
    assert_eq!((seen.peer, seen.member_count), (None, 1));
    app.forget(bob).await;
    assert_eq!(app.count("SELECT count(*) FROM conversations").await, 0);
}

#[tokio::test]
async fn an_export_tells_what_was_left_and_what_was_said_there() {
    let app = App::start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let (stays, left) = (app.make_group(&[ada, bob]).await, app.make_room("Left", &[ada, bob]).await);
    app.send(bob, message(&stays, "here")).await.unwrap();
    app.send(bob, message(&left, "there")).await.unwrap();
    app.remove(ada, &left, bob).await.unwrap();
    let documents = app.export(bob).await;
    let conversations = documents["conversations.json"].as_array().unwrap();
    assert_eq!((conversations.len(), &conversations[0]["title"]), (1, &"Tea".into()));
    let departures = documents["departures.json"].as_array().unwrap();
    assert_eq!((departures.len(), &departures[0]["conversation_id"]), (1, &left.into()));
    assert_eq!(departures[0]["barred"], true);
    let messages = documents["messages.json"].as_array().unwrap();
    let bodies: Vec<_> = messages.iter().map(|message| message["body"].as_str().unwrap()).collect();
    assert_eq!(bodies, ["here", "there"]);
}
