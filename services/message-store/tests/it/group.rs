//! Making groups and rooms, and what they are called.

use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::{ConversationKind as Kind, ConversationState as State, MemberRole as Role};
use pulse_rpc::Reason;
use pulse_types::{RequestId, SystemClock};

use crate::app::{App, message};
use crate::place::{hear, heard, nobody, silence, wanted};

fn titled(place: &str, title: Option<&str>, topic: Option<&str>) -> proto::UpdateConversationRequest {
    proto::UpdateConversationRequest {
        conversation_id: place.to_owned(),
        title: title.map(str::to_owned),
        topic: topic.map(str::to_owned),
        avatar_attachment_id: None,
    }
}

#[tokio::test]
async fn a_group_begins_with_a_system_message_and_nothing_unread() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let (_ada_bus, mut for_ada) = app.listen(ada).await;
    let (_bob_bus, mut for_bob) = app.listen(bob).await;
    let made = app.create(ada, wanted(Kind::Group, Some("  Tea "), &[bob, eve])).await.unwrap();
    assert!(made.created);
    let group = made.conversation.unwrap();
    assert_eq!((group.version, group.last_seq, group.member_count), (2, 1, 3));
    assert_eq!((group.title.as_str(), group.owner_id.clone()), ("Tea", ada.user_id.to_string()));
    assert_eq!(group.last_message.as_ref().unwrap().system.as_ref().unwrap().title(), "Tea");
    let my = group.my.unwrap();
    assert_eq!((my.role(), my.read_seq, my.delivered_seq, my.unread_count), (Role::Owner, 1, 1, 0));
    assert_eq!(group, app.see(ada, &group.conversation_id).await.unwrap());
    for subscription in [&mut for_ada, &mut for_bob] {
        let expected = heard(&[(2, "snapshot"), (2, "message created ada - Tea")]);
        assert_eq!(hear(subscription, 2).await, expected);
    }
    let seen = app.see(bob, &group.conversation_id).await.unwrap();
    assert_eq!((seen.my.unwrap().role(), seen.peer), (Role::Member, None));
    let nameless = app.create(ada, wanted(Kind::Group, None, &[bob])).await.unwrap().conversation.unwrap();
    assert_eq!((nameless.title.as_str(), nameless.version), ("", 2));
}

#[tokio::test]
async fn a_room_begins_silently() {
    let app = App::start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let (_bus, mut for_bob) = app.listen(bob).await;
    let mut request = wanted(Kind::Room, Some("Lobby"), &[bob]);
    request.topic = Some(" all of us ".to_owned());
    let room = app.create(ada, request).await.unwrap().conversation.unwrap();
    assert_eq!((room.version, room.last_seq, room.member_count), (1, 0, 2));
    assert_eq!((room.topic.as_str(), room.last_message), ("all of us", None));
    assert_eq!(hear(&mut for_bob, 1).await, heard(&[(1, "snapshot")]));
    silence(&mut for_bob).await;
    let alone = app.create(ada, wanted(Kind::Room, Some("Alone"), &[])).await.unwrap().conversation.unwrap();
    assert_eq!(alone.member_count, 1);
}

#[tokio::test]
async fn nobody_is_added_by_halves() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let stranger = app.person("stranger").await;
    app.block(eve, ada, 2).await;
    let reason = |members: Vec<_>| {
        let request = wanted(Kind::Group, None, &members);
        let app = &app;
        async move { app.create(ada, request).await.unwrap_err().reason }
    };
    assert_eq!(reason(vec![bob, nobody()]).await, Reason::NotFound);
    assert_eq!(reason(vec![bob, eve]).await, Reason::NotFound, "who blocks one is not there");
    assert_eq!(reason(vec![bob, stranger]).await, Reason::NotConnected);
    assert_eq!(reason(vec![stranger, nobody()]).await, Reason::NotFound, "visibility comes first");
    // Whom one blocks oneself is seen, and not connected.
    app.block(ada, stranger, 1).await;
    assert_eq!(reason(vec![stranger]).await, Reason::NotConnected);
    assert_eq!(app.count("SELECT count(*) FROM conversations").await, 0);
    assert_eq!(app.count("SELECT count(*) FROM members").await, 0);
}

#[tokio::test]
async fn all_faults_of_a_wish_are_told() {
    let app = App::start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let faults = |request: proto::CreateConversationRequest| {
        let app = &app;
        async move {
            let failure = app.create(ada, request).await.unwrap_err();
            assert_eq!(failure.reason, Reason::ValidationFailed);
            failure.fields.iter().map(|fault| format!("{} {}", fault.field, fault.code)).collect::<Vec<_>>()
        }
    };
    assert_eq!(faults(wanted(Kind::Direct, None, &[bob])).await, ["kind invalid"]);
    assert_eq!(faults(wanted(Kind::Room, None, &[])).await, ["title required"]);
    assert_eq!(faults(wanted(Kind::Group, Some(" "), &[])).await, ["title too_short", "member_ids required"]);
    assert_eq!(
        faults(wanted(Kind::Group, None, &[bob, ada, bob])).await,
        ["member_ids.1 invalid", "member_ids.2 invalid"]
    );
    let many: Vec<_> = (0..256).map(|_| nobody()).collect();
    assert_eq!(faults(wanted(Kind::Room, Some("x"), &many)).await, ["member_ids too_many"]);
    let mut bad = wanted(Kind::Group, Some(&"x".repeat(81)), &[]);
    bad.topic = Some("a\0".to_owned());
    bad.member_ids = vec!["bob".to_owned()];
    bad.client_id = "mine".to_owned();
    assert_eq!(
        faults(bad).await,
        ["title too_long", "topic invalid", "client_id invalid", "member_ids.0 invalid"]
    );
}

#[tokio::test]
async fn a_repeat_gives_what_was_made_as_it_is_now() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let mut request = wanted(Kind::Group, Some("Tea"), &[bob, eve]);
    request.client_id = RequestId::new(&SystemClock).to_string();
    let many = (0..8).map(|_| app.create(ada, request.clone()));
    let made: Vec<_> = futures_util::future::join_all(many).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(made.iter().filter(|made| made.created).count(), 1);
    assert_eq!(app.count("SELECT count(*) FROM conversations").await, 1);

    let place = made[0].conversation.clone().unwrap().conversation_id;
    app.describe(ada, titled(&place, Some("Coffee"), None)).await.unwrap();
    // The order of the members plays no part, nor does a connection that ended.
    app.connect(ada, eve, false, 2).await;
    request.member_ids.reverse();
    let again = app.create(ada, request.clone()).await.unwrap();
    assert!(!again.created);
    assert_eq!(again.conversation.unwrap().title, "Coffee");
    let other = proto::CreateConversationRequest { title: Some("Cake".to_owned()), ..request.clone() };
    assert_eq!(app.create(ada, other).await.unwrap_err().reason, Reason::IdempotencyMismatch);
    // The name is the creator's own.
    app.connect(bob, eve, true, 1).await;
    let his =
        proto::CreateConversationRequest { member_ids: vec![eve.user_id.to_string()], ..request.clone() };
    assert!(app.create(bob, his).await.unwrap().created);
    app.delete(ada, &place).await.unwrap();
    let gone = app.create(ada, request).await.unwrap_err();
    assert_eq!((gone.reason, gone.fields[0].field.as_str()), (Reason::NotFound, "client_id"));
}

#[tokio::test]
async fn a_rename_and_a_topic_are_one_change_and_a_message_each() {
    let app = App::start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let place = app.make_group(&[ada, bob]).await;
    app.send(bob, message(&place, "hello")).await.unwrap();
    let (_bus, mut for_bob) = app.listen(bob).await;
    let seen = app.describe(ada, titled(&place, Some(" Coffee "), Some("black"))).await.unwrap();
    assert_eq!((seen.version, seen.title.as_str(), seen.topic.as_str()), (6, "Coffee", "black"));
    assert_eq!(seen.my.as_ref().unwrap().unread_count, 0, "the actor has read it all");
    assert_eq!(seen, app.see(ada, &place).await.unwrap());
    let expected = heard(&[
        (4, "shared Coffee CONVERSATION_STATE_OPEN"),
        (5, "message renamed ada - Coffee"),
        (6, "message topic_changed ada - black"),
    ]);
    assert_eq!(hear(&mut for_bob, 3).await, expected);
    assert_eq!(app.see(bob, &place).await.unwrap().my.unwrap().unread_count, 2);

    // What is so already is no change.
    let same = app.describe(ada, titled(&place, Some("Coffee"), None)).await.unwrap();
    assert_eq!(same.version, 6);
    assert_eq!(app.describe(ada, titled(&place, None, None)).await.unwrap().version, 6);
    silence(&mut for_bob).await;
    let cleared = app.describe(ada, titled(&place, Some(""), Some(""))).await.unwrap();
    assert_eq!((cleared.version, cleared.title.as_str(), cleared.topic.as_str()), (9, "", ""));
    let notes = app.notes(bob, &place).await;
    assert_eq!(notes[3..], ["renamed ada -", "topic_changed ada -"]);
}

#[tokio::test]
async fn owner_and_admins_describe_what_is_open() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let place = app.make_room("Lobby", &[ada, bob]).await;
    let reason = |user, title: &'static str| {
        let (app, place) = (&app, &place);
        async move { app.describe(user, titled(place, Some(title), None)).await.map_err(|f| f.reason) }
    };
    assert_eq!(reason(bob, "Hall").await.unwrap_err(), Reason::Forbidden);
    assert_eq!(reason(eve, "Hall").await.unwrap_err(), Reason::NotAMember);
    app.put(ada, &place, bob, Role::Admin).await.unwrap();
    assert_eq!(reason(bob, "Hall").await.unwrap().title, "Hall");
    assert_eq!(reason(bob, "").await.unwrap_err(), Reason::ValidationFailed, "a room has a title");
    app.set_state(ada, &place, State::Closed).await.unwrap();
    assert_eq!(reason(ada, "Lobby").await.unwrap_err(), Reason::ConversationClosed);
    assert_eq!(reason(eve, "Lobby").await.unwrap_err(), Reason::NotAMember);

    let group = app.make_group(&[ada, bob]).await;
    let unseen = app.describe(eve, titled(&group, Some("x"), None)).await.unwrap_err();
    assert_eq!(unseen.reason, Reason::NotFound);
    let picture = proto::UpdateConversationRequest {
        avatar_attachment_id: Some(RequestId::new(&SystemClock).to_string()),
        ..titled(&group, None, None)
    };
    let refused = app.describe(ada, picture).await.unwrap_err();
    assert_eq!(
        (refused.reason, refused.fields[0].field.as_str()),
        (Reason::ValidationFailed, "avatar_attachment_id")
    );
    let direct = app.open_direct(ada, bob).await.unwrap().conversation.unwrap().conversation_id;
    let refused = app.describe(ada, titled(&direct, Some("x"), None)).await.unwrap_err();
    assert_eq!(refused.reason, Reason::Forbidden);
}

#[tokio::test]
async fn a_picture_is_an_own_image_used_once() {
    let app = App::start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let place = app.make_group(&[ada, bob]).await;
    let upload = async |width: Option<i32>| {
        let attachment_id = RequestId::new(&SystemClock).to_string();
        let insert = "INSERT INTO attachments (attachment_id, uploader_id, name, media_type, size_bytes, width, height,
                                               has_thumbnail, created_at)
                      VALUES ($1::uuid, $2, 'tea.png', 'image/png', 9, $3, $3, false, now())";
        let query = sqlx::query(insert).bind(attachment_id.clone()).bind(ada.user_id.as_uuid()).bind(width);
        query.execute(&app.pool).await.unwrap();
        attachment_id
    };
    let show = async |user, attachment_id: &str| {
        let request = proto::UpdateConversationRequest {
            avatar_attachment_id: Some(attachment_id.to_owned()),
            ..titled(&place, None, None)
        };
        app.describe(user, request).await
    };
    app.put(ada, &place, bob, Role::Admin).await.unwrap();
    let (image, text, other) = (upload(Some(9)).await, upload(None).await, upload(Some(9)).await);
    let (_bus, mut for_bob) = app.listen(bob).await;
    for (user, attachment_id) in [(bob, &image), (ada, &text)] {
        assert_eq!(show(user, attachment_id).await.unwrap_err().fields[0].field, "avatar_attachment_id");
    }
    let seen = show(ada, &image).await.unwrap();
    assert_eq!(seen.version, 5);
    assert!(seen.avatar_url.contains("/v1/pictures/"), "{}", seen.avatar_url);
    assert_eq!(hear(&mut for_bob, 1).await, heard(&[(5, "shared Tea CONVERSATION_STATE_OPEN")]));
    assert_eq!(show(ada, &image).await.unwrap_err().reason, Reason::ValidationFailed, "once");
    let newer = show(ada, &other).await.unwrap();
    assert_ne!(newer.avatar_url, seen.avatar_url, "a new picture has a new address");
    let cleared = show(bob, "").await.unwrap();
    assert_eq!((cleared.version, cleared.avatar_url.as_str()), (7, ""));
    assert_eq!(show(bob, "").await.unwrap().version, 7, "there was none");
    assert_eq!(app.notes(ada, &place).await.len(), 2, "a picture is told by no message");
    app.delete(ada, &place).await.unwrap();
}
