//! What changed since somebody last looked.

use pulse_events::EventType;
use pulse_message_store::domain::sync::{Point, SyncToken};
use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::sync_service_client::SyncServiceClient;
use pulse_rpc::{Failure, Principal, Reason};
use pulse_types::{Clock as _, ConversationId, CursorKey, SystemClock};
use time::Duration;
use uuid::Uuid;

use crate::app::{App, answer, message, next};

pub(crate) async fn sync(app: &App, user: Principal, since: &str) -> Result<proto::SyncResponse, Failure> {
    let request = user.request(proto::SyncRequest { since: since.to_owned() });
    answer(SyncServiceClient::new(app.gateway.clone()).sync(request).await)
}

/// The present token.
pub(crate) async fn token(app: &App, user: Principal) -> String {
    sync(app, user, "").await.unwrap().sync_token
}

fn seqs(changed: &proto::ConversationChanges) -> Vec<i64> {
    changed.messages.iter().map(|message| message.seq).collect()
}

/// A group of people who are known, with some messages of the first one, written into the tables.
pub(crate) async fn group_with(app: &App, members: &[Principal], bodies: &[String]) -> Uuid {
    let conversation_id = ConversationId::new(&SystemClock).as_uuid();
    let mut tx = app.pool.begin().await.unwrap();
    let insert = "INSERT INTO conversations (conversation_id, kind, member_count, last_seq, version, created_at, updated_at, active_at)
                  VALUES ($1, 'group', $2, $3, $3 + 1, now(), now(), now())";
    let query = sqlx::query(insert).bind(conversation_id).bind(members.len() as i32);
    query.bind(bodies.len() as i64).execute(&mut *tx).await.unwrap();
    for member in members {
        let insert = "INSERT INTO members (conversation_id, user_id, role, joined_at, version)
                      VALUES ($1, $2, 'member', now(), 1)";
        sqlx::query(insert)
            .bind(conversation_id)
            .bind(member.user_id.as_uuid())
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    let insert = "INSERT INTO messages (conversation_id, seq, message_id, version, sender_id, client_id, kind, body, created_at)
                  SELECT $1, n, gen_random_uuid(), n + 1, $2, gen_random_uuid(), 'text', body, now()
                  FROM UNNEST($3::text[]) WITH ORDINALITY AS b (body, n)";
    let query = sqlx::query(insert).bind(conversation_id).bind(members[0].user_id.as_uuid()).bind(bodies);
    query.execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    conversation_id
}

#[tokio::test]
async fn without_a_token_the_present_one_is_given_and_nothing_else() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    app.send(ada, message(&place, "one")).await.unwrap();
    let first = sync(&app, bob, "").await.unwrap();
    assert_eq!((first.conversations.len(), first.total_unread, first.has_more), (0, 1, false));
    let again = sync(&app, bob, &first.sync_token).await.unwrap();
    assert_eq!(
        (again.conversations.len(), again.removed_conversation_ids.len(), again.total_unread),
        (0, 0, 1)
    );
    let point =
        answer(app.client.clone().get_sync_point(bob.request(proto::GetSyncPointRequest {})).await).unwrap();
    assert!(sync(&app, bob, &point.sync_token).await.unwrap().conversations.is_empty(), "of the same kind");
}

#[tokio::test]
async fn what_changed_is_told_once_and_marked_as_delivered() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let (token, other_device) = (token(&app, bob).await, token(&app, bob).await);
    for body in ["one", "two", "three"] {
        app.send(ada, message(&place, body)).await.unwrap();
    }
    let (_bob_bus, mut for_bob) = app.listen(bob).await;
    let (_ada_bus, mut for_ada) = app.listen(ada).await;
    let page = sync(&app, bob, &token).await.unwrap();
    let [changed] = page.conversations.as_slice() else { panic!("{page:?}") };
    assert_eq!((seqs(changed), changed.gap, page.total_unread), (vec![1, 2, 3], false, 3));
    let conversation = changed.conversation.as_ref().unwrap();
    let my = conversation.my.as_ref().unwrap();
    assert_eq!((my.delivered_seq, my.read_seq, my.unread_count), (3, 0, 3));
    assert_eq!(conversation.last_message.as_ref(), changed.messages.last());
    assert_eq!(conversation.peer.as_ref().unwrap().username, "ada");
    for subscription in [&mut for_bob, &mut for_ada] {
        let event = next(subscription).await;
        assert_eq!(event.event_type, EventType::MarksMoved);
        let moved = event.decode::<proto::MarksMoved>().unwrap();
        assert_eq!((moved.user_id, moved.delivered_seq, moved.read_seq), (bob.user_id.to_string(), 3, 0));
    }

    let again = sync(&app, bob, &page.sync_token).await.unwrap();
    assert!(again.conversations.is_empty(), "the own marking is no news");
    assert_eq!(
        seqs(&sync(&app, bob, &token).await.unwrap().conversations[0]),
        [1, 2, 3],
        "a lost answer is told again"
    );
    let other = sync(&app, bob, &other_device).await.unwrap();
    assert_eq!(seqs(&other.conversations[0]), [1, 2, 3]);
    assert!(sync(&app, bob, &other.sync_token).await.unwrap().conversations.is_empty());
}

#[tokio::test]
async fn marks_of_another_device_are_changes() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    app.send(ada, message(&place, "one")).await.unwrap();
    let (token, adas) = (token(&app, bob).await, token(&app, ada).await);
    app.mark_read(bob, &place, 1).await.unwrap();
    let page = sync(&app, bob, &token).await.unwrap();
    assert!(page.conversations[0].messages.is_empty());
    let my = page.conversations[0].conversation.as_ref().unwrap().my.as_ref().unwrap();
    assert_eq!((my.read_seq, page.total_unread), (1, 0));
    assert!(sync(&app, bob, &page.sync_token).await.unwrap().conversations.is_empty());
    assert!(sync(&app, ada, &adas).await.unwrap().conversations.is_empty(), "other people's marks are none");
}

#[tokio::test]
async fn a_slow_transaction_that_commits_after_the_token_was_taken_is_told() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    app.send(ada, message(&place, "before")).await.unwrap();
    let mut slow = app.pool.begin().await.unwrap();
    let insert = "INSERT INTO messages (conversation_id, seq, message_id, version, sender_id, client_id, kind, body, created_at)
                  VALUES ($1, 2, gen_random_uuid(), 3, $2, gen_random_uuid(), 'text', 'slow', now())";
    let place_id: Uuid = place.parse().unwrap();
    sqlx::query("SELECT FROM conversations WHERE conversation_id = $1 FOR NO KEY UPDATE")
        .bind(place_id)
        .execute(&mut *slow)
        .await
        .unwrap();
    sqlx::query(insert).bind(place_id).bind(ada.user_id.as_uuid()).execute(&mut *slow).await.unwrap();
    // Others go on and take later transactions.
    let others: Vec<_> = [app.person("eve").await, bob].into();
    group_with(&app, &others, &["later".to_owned()]).await;
    let token = token(&app, bob).await;
    let quiet = sync(&app, bob, &token).await.unwrap();
    assert!(quiet.conversations.is_empty(), "{quiet:?}");
    let head = "UPDATE conversations SET last_seq = 2, version = 3, changed_xid = pg_current_xact_id() WHERE conversation_id = $1";
    sqlx::query(head).bind(place_id).execute(&mut *slow).await.unwrap();
    slow.commit().await.unwrap();
    for token in [token, quiet.sync_token] {
        let page = sync(&app, bob, &token).await.unwrap();
        assert_eq!(page.conversations.len(), 1);
        assert_eq!((seqs(&page.conversations[0]), page.conversations[0].gap), (vec![2], false));
    }
}

#[tokio::test]
async fn the_latest_fifty_are_told_and_the_rest_is_a_gap() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let token = token(&app, bob).await;
    for number in 0..50 {
        app.send(ada, message(&place, &format!("{number}"))).await.unwrap();
    }
    let page = sync(&app, bob, &token).await.unwrap();
    assert_eq!((seqs(&page.conversations[0]), page.conversations[0].gap), ((1..=50).collect(), false));
    app.send(ada, message(&place, "one more")).await.unwrap();
    let page = sync(&app, bob, &token).await.unwrap();
    assert_eq!((seqs(&page.conversations[0]), page.conversations[0].gap), ((2..=51).collect(), true));
}

#[tokio::test]
async fn whoever_joins_gets_the_latest_and_whoever_leaves_is_told_so() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let bodies: Vec<String> = (0..60).map(|number| format!("{number}")).collect();
    let place = group_with(&app, &[ada], &bodies).await;
    let before = token(&app, bob).await;
    let join =
        "INSERT INTO members (conversation_id, user_id, role, joined_at, version, read_seq, delivered_seq)
                VALUES ($1, $2, 'member', now(), 61, 60, 60)";
    sqlx::query(join).bind(place).bind(bob.user_id.as_uuid()).execute(&app.pool).await.unwrap();
    let page = sync(&app, bob, &before).await.unwrap();
    assert_eq!((seqs(&page.conversations[0]), page.conversations[0].gap), ((11..=60).collect(), true));
    assert_eq!(page.total_unread, 0);
    assert!(sync(&app, bob, &page.sync_token).await.unwrap().conversations.is_empty());

    let mut tx = app.pool.begin().await.unwrap();
    sqlx::query("DELETE FROM members WHERE user_id = $1")
        .bind(bob.user_id.as_uuid())
        .execute(&mut *tx)
        .await
        .unwrap();
    let depart =
        "INSERT INTO departures (conversation_id, user_id, version, departed_at) VALUES ($1, $2, 62, now())";
    sqlx::query(depart).bind(place).bind(bob.user_id.as_uuid()).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    for token in [&before, &page.sync_token] {
        let gone = sync(&app, bob, token).await.unwrap();
        assert_eq!((gone.conversations.len(), gone.removed_conversation_ids), (0, vec![place.to_string()]));
        assert!(sync(&app, bob, &gone.sync_token).await.unwrap().removed_conversation_ids.is_empty());
    }
}

#[tokio::test]
async fn many_conversations_come_in_pages_and_what_changes_meanwhile_by_the_next_sync() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let first = token(&app, bob).await;
    let mut places = Vec::new();
    for _ in 0..620 {
        places.push(group_with(&app, &[ada, bob], &["hello".to_owned()]).await.to_string());
    }
    let departed: Vec<Uuid> = (0..1500).map(|_| ConversationId::new(&SystemClock).as_uuid()).collect();
    let insert = "INSERT INTO departures (conversation_id, user_id, version, departed_at)
                  SELECT id, $2, 9, now() FROM UNNEST($1::uuid[]) AS d (id)";
    sqlx::query(insert).bind(&departed).bind(bob.user_id.as_uuid()).execute(&app.pool).await.unwrap();
    let (mut token, mut told, mut removed) = (first, Vec::new(), Vec::new());
    loop {
        let page = sync(&app, bob, &token).await.unwrap();
        assert!(page.conversations.len() <= 500 && page.removed_conversation_ids.len() <= 1000);
        assert!(page.sync_token.len() <= 2048);
        told.extend(
            page.conversations.iter().map(|c| c.conversation.as_ref().unwrap().conversation_id.clone()),
        );
        removed.extend(page.removed_conversation_ids);
        token = page.sync_token;
        if !page.has_more {
            break;
        }
        // In a conversation that was told already.
        app.send(ada, message(&places[0], "meanwhile")).await.unwrap();
    }
    told.sort_unstable();
    assert_eq!((told.len(), removed.len()), (620, 1500));
    let mut expected = places.clone();
    expected.sort_unstable();
    assert_eq!(told, expected, "each of them once");
    let next = sync(&app, bob, &token).await.unwrap();
    assert_eq!((next.conversations.len(), next.has_more), (1, false));
    assert_eq!(next.conversations[0].conversation.as_ref().unwrap().conversation_id, places[0]);
    assert!(sync(&app, bob, &next.sync_token).await.unwrap().conversations.is_empty());
}

#[tokio::test]
async fn long_messages_make_the_pages_shorter() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let mut token = token(&app, bob).await;
    let bodies: Vec<String> = (0..60).map(|_| "\u{10348}".repeat(4000)).collect();
    for _ in 0..12 {
        group_with(&app, &[ada, bob], &bodies).await;
    }
    let mut told = 0;
    loop {
        let page = sync(&app, bob, &token).await.unwrap();
        assert!(prost::Message::encoded_len(&page) < 3 * 1024 * 1024);
        assert!(page.conversations.iter().all(|changed| changed.messages.len() == 50 && changed.gap));
        told += page.conversations.len();
        token = page.sync_token;
        if !page.has_more {
            break;
        }
    }
    assert_eq!(told, 12);
}

#[tokio::test]
async fn foreign_garbled_and_old_tokens_are_refused() {
    let app = App::start().await;
    let (ada, bob, _place) = app.direct().await;
    let of_ada = token(&app, ada).await;
    for wrong in [of_ada.as_str(), "x", &of_ada[1..], "."] {
        let failure = sync(&app, bob, wrong).await.unwrap_err();
        assert_eq!((failure.reason, failure.fields[0].field.as_str()), (Reason::ValidationFailed, "since"));
    }
    let seal = |snapshot: &str, age: Duration| {
        let point = Point::parse(snapshot, SystemClock.now() - age).unwrap();
        CursorKey::new(&[0; 32]).seal("sync", &SyncToken::at(ada.user_id, point))
    };
    let young = sync(&app, ada, &seal("3:3:", Duration::days(29))).await.unwrap();
    assert_eq!(young.conversations.len(), 1);
    for over in [
        seal("3:3:", Duration::days(30) + Duration::minutes(1)),
        seal("9000000000:9000000000:", Duration::HOUR),
    ] {
        assert_eq!(sync(&app, ada, &over).await.unwrap_err().reason, Reason::ResyncRequired);
    }
}
