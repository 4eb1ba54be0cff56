//! Members of groups and rooms: who is in, who comes, who goes.

use pulse_proto::messages::v1::{ConversationState as State, MemberRole as Role};
use pulse_rpc::Reason;

use crate::app::{App, message};
use crate::place::{hear, heard, nobody, silence};

#[tokio::test]
async fn members_are_the_owner_the_admins_and_the_others_as_they_came() {
    let app = App::start().await;
    let [ada, bob, eve, dan, fay] = app.circle(["ada", "bob", "eve", "dan", "fay"]).await;
    let place = app.make_group(&[ada, bob]).await;
    for person in [eve, dan, fay] {
        app.put(ada, &place, person, Role::Unspecified).await.unwrap();
    }
    app.put(ada, &place, fay, Role::Admin).await.unwrap();
    app.put(ada, &place, dan, Role::Admin).await.unwrap();
    let expected = [
        ("ada".to_owned(), Role::Owner),
        ("dan".to_owned(), Role::Admin),
        ("fay".to_owned(), Role::Admin),
        ("bob".to_owned(), Role::Member),
        ("eve".to_owned(), Role::Member),
    ];
    for limit in [1, 2, 3, 5, 50] {
        assert_eq!(app.members(eve, &place, limit).await.unwrap(), expected, "pages of {limit}");
    }
    let cursor = app.members_page(ada, &place, 2, "").await.unwrap().page.unwrap().next_cursor;
    let other = app.make_group(&[ada, bob]).await;
    for (place, limit, cursor) in [(&place, 3, &cursor), (&other, 2, &cursor), (&place, 2, &"x".to_owned())] {
        let refused = app.members_page(ada, place, limit, cursor).await.unwrap_err();
        assert_eq!(refused.fields[0].field, "cursor");
    }
    assert_eq!(app.members_page(ada, &place, 101, "").await.unwrap_err().fields[0].field, "limit");
    let stranger = app.person("stranger").await;
    assert_eq!(app.members(stranger, &place, 5).await.unwrap_err().reason, Reason::NotFound);
    let room = app.make_room("Lobby", &[ada]).await;
    assert_eq!(app.members(stranger, &room, 5).await.unwrap_err().reason, Reason::NotAMember);
    let direct = app.open_direct(ada, bob).await.unwrap().conversation.unwrap().conversation_id;
    assert_eq!(app.members(ada, &direct, 5).await.unwrap_err().reason, Reason::Forbidden);
}

#[tokio::test]
async fn whoever_is_added_sees_all_and_has_read_it() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let place = app.make_group(&[ada, bob]).await;
    app.send(bob, message(&place, "before")).await.unwrap();
    let (_bob_bus, mut for_bob) = app.listen(bob).await;
    let (_eve_bus, mut for_eve) = app.listen(eve).await;
    let put = app.put(ada, &place, eve, Role::Unspecified).await.unwrap();
    assert!(put.added);
    let member = put.member.unwrap();
    assert_eq!(
        (member.version, member.role(), member.user.unwrap().username.as_str()),
        (4, Role::Member, "eve")
    );
    let news = [(4, "added eve member of 3"), (5, "message member_added ada eve")];
    assert_eq!(hear(&mut for_bob, 2).await, heard(&news));
    assert_eq!(hear(&mut for_eve, 3).await, heard(&[(5, "snapshot"), news[0], news[1]]));
    let my = app.see(eve, &place).await.unwrap().my.unwrap();
    assert_eq!((my.read_seq, my.delivered_seq, my.unread_count), (3, 3, 0));
    assert_eq!(app.everything(eve, &place).await.len(), 3, "the whole history");

    // The same again is no change, another role is one.
    let same = app.put(ada, &place, eve, Role::Member).await.unwrap();
    assert_eq!((same.added, same.member.unwrap().version), (false, 4));
    silence(&mut for_bob).await;
    let promoted = app.put(ada, &place, eve, Role::Admin).await.unwrap();
    assert_eq!((promoted.added, promoted.member.unwrap().version), (false, 6));
    let news = [(6, "updated eve admin of 3"), (7, "message role_changed ada eve admin")];
    assert_eq!(hear(&mut for_bob, 2).await, heard(&news));
    assert_eq!(
        app.put(ada, &place, eve, Role::Unspecified).await.unwrap().member.unwrap().role(),
        Role::Admin
    );
    let demoted = app.put(eve, &place, eve, Role::Member).await.unwrap();
    assert_eq!(demoted.member.unwrap().role(), Role::Member, "an admin may step down");
}

#[tokio::test]
async fn owner_and_admins_add_those_connected_to_them() {
    let app = App::start().await;
    let [ada, bob, eve, dan] = app.circle(["ada", "bob", "eve", "dan"]).await;
    let place = app.make_group(&[ada, bob]).await;
    let reason = |user, whom, role| {
        let (app, place) = (&app, &place);
        async move { app.put(user, place, whom, role).await.unwrap_err().reason }
    };
    assert_eq!(reason(eve, dan, Role::Unspecified).await, Reason::NotFound);
    assert_eq!(reason(bob, nobody(), Role::Unspecified).await, Reason::NotFound, "visibility comes first");
    assert_eq!(reason(bob, eve, Role::Unspecified).await, Reason::Forbidden);
    assert_eq!(reason(ada, eve, Role::Owner).await, Reason::ValidationFailed, "by a transfer alone");
    app.put(ada, &place, bob, Role::Admin).await.unwrap();
    assert_eq!(reason(bob, eve, Role::Unspecified).await, Reason::NotConnected);
    app.block(eve, bob, 1).await;
    assert_eq!(reason(bob, eve, Role::Unspecified).await, Reason::NotFound);
    app.put(ada, &place, eve, Role::Admin).await.unwrap();
    // Whoever is in is seen, whoever blocks whom.
    app.put(bob, &place, eve, Role::Member).await.unwrap();
    assert_eq!(reason(bob, ada, Role::Admin).await, Reason::Forbidden, "the owner stays the owner");
    app.connect(ada, dan, false, 2).await;
    assert_eq!(reason(ada, dan, Role::Unspecified).await, Reason::NotConnected);
    app.set_state(ada, &place, State::Closed).await.unwrap();
    assert_eq!(reason(ada, dan, Role::Unspecified).await, Reason::NotConnected, "the connection comes first");
    app.connect(ada, dan, true, 3).await;
    assert_eq!(reason(ada, dan, Role::Unspecified).await, Reason::ConversationClosed);
}

#[tokio::test]
async fn what_is_full_takes_nobody() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let (group, room) = (app.make_group(&[ada, bob]).await, app.make_room("Lobby", &[ada]).await);
    for (place, max) in [(group, 256), (room, 100_000)] {
        app.pretend_members(&place, max).await;
        let refused = app.put(ada, &place, eve, Role::Unspecified).await.unwrap_err();
        let field = &refused.fields[0];
        assert_eq!((field.field.as_str(), field.code.as_str()), ("conversation_id", "too_many"));
        app.pretend_members(&place, max - 1).await;
        assert!(app.put(ada, &place, eve, Role::Unspecified).await.unwrap().added);
    }
}

#[tokio::test]
async fn of_many_who_add_somebody_one_does() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let place = app.make_group(&[ada, bob]).await;
    app.connect(bob, eve, true, 1).await;
    app.put(ada, &place, bob, Role::Admin).await.unwrap();
    let many = (0..10).map(|number| match number % 2 {
        0 => app.put(ada, &place, eve, Role::Unspecified),
        _ => app.put(bob, &place, eve, Role::Unspecified),
    });
    let put = futures_util::future::join_all(many).await;
    assert_eq!(put.into_iter().filter(|put| put.as_ref().unwrap().added).count(), 1);
    let seen = app.see(ada, &place).await.unwrap();
    assert_eq!((seen.member_count, seen.version, seen.last_seq), (3, 6, 3));
}

#[tokio::test]
async fn whoever_is_removed_is_gone_and_hears_of_it() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let place = app.make_group(&[ada, bob, eve]).await;
    assert_eq!(app.remove(bob, &place, eve).await.unwrap_err().reason, Reason::Forbidden);
    app.put(ada, &place, bob, Role::Admin).await.unwrap();
    assert_eq!(app.remove(bob, &place, ada).await.unwrap_err().reason, Reason::Forbidden);
    let (_bob_bus, mut for_bob) = app.listen(bob).await;
    let (_eve_bus, mut for_eve) = app.listen(eve).await;
    app.remove(bob, &place, eve).await.unwrap();
    app.remove(bob, &place, eve).await.unwrap();
    app.remove(bob, &place, nobody()).await.unwrap();
    let news = [(5, "removed eve member of 2"), (6, "message member_removed bob eve")];
    assert_eq!(hear(&mut for_bob, 2).await, heard(&news));
    silence(&mut for_bob).await;
    assert_eq!(hear(&mut for_eve, 1).await, heard(&[(6, "gone removed")]));
    silence(&mut for_eve).await;
    assert_eq!(app.see(eve, &place).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(app.send(eve, message(&place, "x")).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(app.leave(eve, &place).await.unwrap_err().reason, Reason::NotFound);
    let gone = "SELECT count(*) FROM departures WHERE version = 5 AND NOT is_barred";
    assert_eq!(app.count(gone).await, 1);
    // Whoever comes back is in as if for the first time, with nothing unread.
    app.put(ada, &place, eve, Role::Unspecified).await.unwrap();
    assert_eq!(app.see(eve, &place).await.unwrap().my.unwrap().unread_count, 0);
    assert_eq!(app.count("SELECT count(*) FROM departures").await, 0);
}

#[tokio::test]
async fn the_owner_leaves_last() {
    let app = App::start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let place = app.make_group(&[ada, bob]).await;
    let (_ada_bus, mut for_ada) = app.listen(ada).await;
    let (_bob_bus, mut for_bob) = app.listen(bob).await;
    assert_eq!(app.leave(ada, &place).await.unwrap_err().reason, Reason::Conflict);
    assert_eq!(app.remove(ada, &place, ada).await.unwrap_err().reason, Reason::Conflict, "of oneself: leave");
    app.remove(bob, &place, bob).await.unwrap();
    let news = [(3, "removed bob member of 1"), (4, "message member_left bob bob")];
    assert_eq!(hear(&mut for_ada, 2).await, heard(&news));
    assert_eq!(hear(&mut for_bob, 1).await, heard(&[(4, "gone left")]));
    app.leave(ada, &place).await.unwrap();
    assert_eq!(hear(&mut for_ada, 1).await, heard(&[(4, "gone left")]));
    assert_eq!(app.see(ada, &place).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(app.count("SELECT count(*) FROM conversations").await, 0);
    assert_eq!(app.count("SELECT count(*) FROM departures").await, 2);
    let direct = app.open_direct(ada, bob).await.unwrap().conversation.unwrap().conversation_id;
    assert_eq!(app.leave(ada, &direct).await.unwrap_err().reason, Reason::Forbidden);
    assert_eq!(app.delete(ada, &direct).await.unwrap_err().reason, Reason::Forbidden);
}

#[tokio::test]
async fn all_that_happens_has_a_version_and_everybody_hears_it_in_order() {
    let app = App::start().await;
    let [ada, bob, eve, dan] = app.circle(["ada", "bob", "eve", "dan"]).await;
    let place = app.make_group(&[ada, bob]).await;
    let (_bus, mut for_bob) = app.listen(bob).await;
    let (talk, work) = tokio::join!(
        async {
            for number in 0..20 {
                app.send(bob, message(&place, &format!("{number}"))).await.unwrap();
            }
        },
        async {
            for _ in 0..5 {
                app.put(ada, &place, eve, Role::Unspecified).await.unwrap();
                app.put(ada, &place, dan, Role::Admin).await.unwrap();
                app.put(ada, &place, dan, Role::Member).await.unwrap();
                app.remove(ada, &place, eve).await.unwrap();
                app.leave(dan, &place).await.unwrap();
            }
        }
    );
    let ((), ()) = (talk, work);
    let seen = app.see(bob, &place).await.unwrap();
    assert_eq!((seen.version, seen.last_seq), (2 + 20 + 50, 1 + 20 + 25));
    let mut versions: Vec<_> = Vec::new();
    while versions.len() < 70 {
        let event = crate::app::next(&mut for_bob).await;
        if event.event_type != pulse_events::EventType::MarksMoved {
            versions.push(crate::place::told(&event).0);
        }
    }
    versions.sort_unstable();
    assert_eq!(versions, (3..=72).collect::<Vec<_>>());
    let seqs: Vec<_> = app.everything(bob, &place).await.iter().map(|message| message.seq).collect();
    assert_eq!(seqs, (1..=46).collect::<Vec<_>>());
}
