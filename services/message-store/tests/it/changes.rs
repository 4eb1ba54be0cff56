//! What changed in one conversation.

use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::sync_service_client::SyncServiceClient;
use pulse_rpc::{Failure, Principal, Reason};

use crate::app::{App, answer, message};

pub(crate) async fn changes(
    app: &App,
    user: Principal,
    place: &str,
    after_version: i64,
) -> Result<proto::ListChangesResponse, Failure> {
    let request = proto::ListChangesRequest { conversation_id: place.to_owned(), after_version };
    answer(SyncServiceClient::new(app.gateway.clone()).list_changes(user.request(request)).await)
}

#[tokio::test]
async fn pages_tell_every_change_once_in_the_order_of_versions() {
    let app = App::start().await;
    let (people, place) = app.group(3).await;
    for number in 0..230 {
        app.send(people[0], message(&place, &format!("{number}"))).await.unwrap();
    }
    let (mut after, mut messages, mut members) = (0, Vec::new(), Vec::new());
    loop {
        let page = changes(&app, people[1], &place, after).await.unwrap();
        assert!(page.messages.len() <= 100 && page.version > after);
        assert!(
            page.messages.iter().all(|message| message.version > after && message.version <= page.version)
        );
        assert!(page.members.iter().all(|member| member.version > after && member.version <= page.version));
        let conversation = page.conversation.unwrap();
        assert_eq!((conversation.version, conversation.my.unwrap().unread_count), (231, 230));
        messages.extend(page.messages.into_iter().map(|message| message.version));
        members.extend(page.members.into_iter().map(|member| member.user.unwrap().username));
        after = page.version;
        if !page.has_more {
            break;
        }
    }
    assert_eq!((messages, after), ((2..=231).collect::<Vec<i64>>(), 231));
    members.sort_unstable();
    assert_eq!(members, ["member0", "member1", "member2"]);

    for beyond in [231, 232, i64::MAX] {
        let page = changes(&app, people[1], &place, beyond).await.unwrap();
        assert!(page.messages.is_empty() && page.members.is_empty() && page.removed_member_ids.is_empty());
        assert_eq!((page.version, page.has_more, page.conversation.unwrap().last_seq), (231, false, 230));
    }
}

#[tokio::test]
async fn long_messages_make_the_pages_shorter() {
    let app = App::start().await;
    let (people, place) = app.group(2).await;
    for _ in 0..120 {
        app.send(people[0], message(&place, &"\u{10348}".repeat(4000))).await.unwrap();
    }
    let (mut after, mut told) = (0, 0);
    loop {
        let page = changes(&app, people[1], &place, after).await.unwrap();
        assert!(prost::Message::encoded_len(&page) < 3 * 1024 * 1024);
        told += page.messages.len();
        after = page.version;
        if !page.has_more {
            break;
        }
    }
    assert_eq!(told, 120);
}

#[tokio::test]
async fn those_who_left_are_told_and_members_alone_may_ask() {
    let app = App::start().await;
    let (people, place) = app.group(3).await;
    let place_id: uuid::Uuid = place.parse().unwrap();
    let mut tx = app.pool.begin().await.unwrap();
    let gone = people[2].user_id.as_uuid();
    sqlx::query("DELETE FROM members WHERE user_id = $1").bind(gone).execute(&mut *tx).await.unwrap();
    let depart =
        "INSERT INTO departures (conversation_id, user_id, version, departed_at) VALUES ($1, $2, 2, now())";
    sqlx::query(depart).bind(place_id).bind(gone).execute(&mut *tx).await.unwrap();
    sqlx::query("UPDATE conversations SET version = 2, member_count = 2").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    let page = changes(&app, people[0], &place, 1).await.unwrap();
    assert_eq!(
        (page.removed_member_ids, page.members.len(), page.version),
        (vec![people[2].user_id.to_string()], 0, 2)
    );
    assert_eq!(changes(&app, people[2], &place, 0).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(changes(&app, people[0], "x", 0).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(changes(&app, people[2], "x", -1).await.unwrap_err().reason, Reason::ValidationFailed);
    sqlx::query("UPDATE conversations SET kind = 'room'").execute(&app.pool).await.unwrap();
    assert_eq!(changes(&app, people[2], &place, 0).await.unwrap_err().reason, Reason::NotAMember);
}
