//! Direct conversations and the inbox.

use pulse_events::EventType;
use pulse_proto::common::v1::PageRequest;
use pulse_proto::messages::v1 as proto;
use pulse_rpc::{Failure, Principal, Reason};
use pulse_types::{SessionId, SystemClock, UserId};

use crate::app::{App, answer, message, next, plain};

#[tokio::test]
async fn however_many_open_a_direct_at_once_there_is_one() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    app.connect(ada, bob, true, 1).await;
    let (_ada_bus, mut for_ada) = app.listen(ada).await;
    let (_bob_bus, mut for_bob) = app.listen(bob).await;

    let opening = (0..20).map(|number| match number % 2 {
        0 => app.open_direct(ada, bob),
        _ => app.open_direct(bob, ada),
    });
    let opened: Vec<_> =
        futures_util::future::join_all(opening).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(opened.iter().filter(|opened| opened.created).count(), 1);
    let mut ids: Vec<_> =
        opened.iter().map(|o| o.conversation.as_ref().unwrap().conversation_id.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 1);

    let seen = opened[0].conversation.clone().unwrap();
    assert_eq!((seen.version, seen.last_seq, seen.member_count), (1, 0, 2));
    assert_eq!(seen.peer.unwrap().user_id, bob.user_id.to_string());
    assert!(seen.last_message.is_none() && seen.owner_id.is_empty());

    for (subscription, peer) in [(&mut for_ada, bob), (&mut for_bob, ada)] {
        let event = next(subscription).await;
        assert_eq!(event.event_type, EventType::ConversationCreated);
        let told = event.decode::<proto::ConversationCreated>().unwrap().conversation.unwrap();
        assert_eq!(told.peer.unwrap().user_id, peer.user_id.to_string());
        assert_eq!(told.my.unwrap().unread_count, 0);
    }
}

#[tokio::test]
async fn a_direct_is_for_two_connected_people() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let nobody = Principal { user_id: UserId::new(&SystemClock), session_id: SessionId::new(&SystemClock) };
    assert_eq!(app.open_direct(ada, nobody).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(app.open_direct(ada, bob).await.unwrap_err().reason, Reason::NotConnected);
    assert_eq!(app.open_direct(ada, ada).await.unwrap_err().reason, Reason::ValidationFailed);

    app.connect(bob, ada, true, 2).await;
    assert!(app.open_direct(ada, bob).await.unwrap().created);
    assert!(!app.open_direct(bob, ada).await.unwrap().created);
    // An older word changes nothing, a newer one does, also for the conversation that stands.
    app.connect(ada, bob, false, 1).await;
    assert!(app.open_direct(ada, bob).await.is_ok());
    app.connect(ada, bob, false, 3).await;
    assert_eq!(app.open_direct(ada, bob).await.unwrap_err().reason, Reason::NotConnected);
}

#[tokio::test]
async fn only_members_see_a_conversation_and_only_listed_services_may_ask() {
    let app = App::start().await;
    let (ada, _bob, place) = app.direct().await;
    let eve = app.person("eve").await;
    let ask = |user: Principal, place: &str| {
        let mut client = app.client.clone();
        let request = user.request(proto::GetConversationRequest { conversation_id: place.to_owned() });
        async move { answer(client.get_conversation(request).await) }
    };
    assert!(ask(ada, &place).await.is_ok());
    assert_eq!(ask(eve, &place).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(ask(ada, "no-uuid").await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(app.send(eve, message(&place, "hi")).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(app.mark_read(eve, &place, 1).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(app.history(eve, &place, 10, None).await.unwrap_err().reason, Reason::NotFound);

    let by_gateway = app.client.clone().apply_person(proto::ApplyPersonRequest::default()).await;
    assert_eq!(answer(by_gateway).unwrap_err().reason, Reason::Forbidden);
    let by_graph = app.graph.clone().get_sync_point(ada.request(proto::GetSyncPointRequest {})).await;
    assert_eq!(answer(by_graph).unwrap_err().reason, Reason::Forbidden);
    let for_nobody = app.client.clone().get_sync_point(plain(proto::GetSyncPointRequest {})).await;
    assert_eq!(answer(for_nobody).unwrap_err().reason, Reason::Unauthenticated);
}

async fn inbox(
    app: &App,
    user: Principal,
    limit: u32,
    cursor: &str,
) -> Result<proto::ListConversationsResponse, Failure> {
    let page = Some(PageRequest { limit, cursor: cursor.to_owned() });
    let request = proto::ListConversationsRequest { page, ..Default::default() };
    answer(app.client.clone().list_conversations(user.request(request)).await)
}

#[tokio::test]
async fn the_inbox_shows_everything_once_and_the_latest_first() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let mut places = Vec::new();
    for number in 0..7 {
        let peer = app.person(&format!("peer{number}")).await;
        app.connect(ada, peer, true, 1).await;
        let place = app.open_direct(ada, peer).await.unwrap().conversation.unwrap().conversation_id;
        app.send(peer, message(&place, &format!("hello {number}"))).await.unwrap();
        places.push(place);
    }
    app.send(ada, message(&places[2], "the latest")).await.unwrap();
    let mut expected: Vec<_> = places.iter().rev().filter(|place| **place != places[2]).cloned().collect();
    expected.insert(0, places[2].clone());

    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = inbox(&app, ada, 3, &cursor).await.unwrap();
        assert_eq!(page.total_unread, 6, "what one wrote into is read");
        seen.extend(page.conversations);
        cursor = page.page.unwrap().next_cursor;
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(seen.iter().map(|c| c.conversation_id.clone()).collect::<Vec<_>>(), expected);
    assert_eq!(seen[0].last_message.as_ref().unwrap().body, "the latest");
    assert_eq!(
        (seen[0].my.as_ref().unwrap().unread_count, seen[1].my.as_ref().unwrap().unread_count),
        (0, 1)
    );

    let first = inbox(&app, ada, 3, "").await.unwrap().page.unwrap().next_cursor;
    let bob = app.person("bob").await;
    assert_eq!(inbox(&app, bob, 3, &first).await.unwrap_err().fields[0].field, "cursor");
    assert_eq!(inbox(&app, ada, 2, &first).await.unwrap_err().fields[0].field, "cursor", "another limit");
    assert_eq!(inbox(&app, ada, 3, "garbage").await.unwrap_err().fields[0].field, "cursor");
    assert_eq!(inbox(&app, ada, 101, "").await.unwrap_err().fields[0].field, "limit");
}

#[tokio::test]
async fn people_are_shown_as_the_newest_version_says() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    app.send(bob, message(&place, "hello")).await.unwrap();
    app.apply_person(bob.user_id, "robert", 3).await;
    app.apply_person(bob.user_id, "bobby", 2).await;
    let page = app.history(ada, &place, 10, None).await.unwrap();
    assert_eq!(page.messages[0].sender.as_ref().unwrap().username, "robert");
}
