//! Finding messages by their words.

use pulse_proto::common::v1::PageRequest;
use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::search_service_client::SearchServiceClient;
use pulse_rpc::{Failure, Principal, Reason};

use crate::app::{App, answer, message};

#[derive(Default)]
struct Wanted<'a> {
    place: &'a str,
    from: String,
    limit: u32,
    cursor: String,
}

async fn find(
    app: &App,
    user: Principal,
    query: &str,
    wanted: Wanted<'_>,
) -> Result<proto::SearchMessagesResponse, Failure> {
    let request = proto::SearchMessagesRequest {
        query: query.to_owned(),
        conversation_id: wanted.place.to_owned(),
        from_user_id: wanted.from,
        page: Some(PageRequest { limit: wanted.limit, cursor: wanted.cursor }),
    };
    answer(SearchServiceClient::new(app.gateway.clone()).search_messages(user.request(request)).await)
}

/// What is shown of each hit, in their order.
async fn shown(app: &App, user: Principal, query: &str) -> Vec<(String, Vec<String>)> {
    let found = find(app, user, query, Wanted::default()).await.unwrap();
    found.hits.iter().map(|hit| (hit.message.as_ref().unwrap().body.clone(), cut(hit))).collect()
}

/// The highlighted parts, cut as a client does.
fn cut(hit: &proto::SearchHit) -> Vec<String> {
    let units: Vec<u16> = hit.message.as_ref().unwrap().body.encode_utf16().collect();
    let part =
        |span: &proto::Highlight| String::from_utf16(&units[span.start as usize..span.end as usize]).unwrap();
    hit.highlights.iter().map(part).collect()
}

async fn bodies(app: &App, user: Principal, query: &str) -> Vec<String> {
    let mut bodies: Vec<String> = shown(app, user, query).await.into_iter().map(|(body, _)| body).collect();
    bodies.sort_unstable();
    bodies
}

#[tokio::test]
async fn words_are_found_by_stem_phrase_and_absence_and_shown_where_they_stand() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    for body in [
        "😀 We were RUNNING to the station",
        "a red car and a car, red",
        "the car is blue; the state-of-the-art red car <b>bold</b> &amp; run",
        "Grüße aus Köln",
        "cafe\u{301} ou café",
    ] {
        app.send(ada, message(&place, body)).await.unwrap();
    }
    assert_eq!(
        shown(&app, bob, "run station").await,
        [("😀 We were RUNNING to the station".to_owned(), vec!["RUNNING".to_owned(), "station".to_owned()],)]
    );
    let phrase = shown(&app, bob, "\"red car\"").await;
    assert_eq!(phrase.len(), 2);
    assert!(phrase.iter().all(|(_, parts)| *parts == ["red", "car"]), "{phrase:?}");
    assert_eq!(bodies(&app, bob, "car -blue").await, ["a red car and a car, red"]);
    assert_eq!(shown(&app, bob, "car -blue").await[0].1, ["car", "car"]);
    assert_eq!(shown(&app, bob, "state-of-the-art").await[0].1, ["state-of-the-art"]);
    assert_eq!(shown(&app, bob, "bold").await[0].1, ["bold"]);
    assert_eq!(shown(&app, bob, "GRÜSSE").await.len() + shown(&app, bob, "grüße köln").await.len(), 1);
    assert_eq!(shown(&app, bob, "cafe\u{301}").await[0].1[0], "cafe\u{301}");
    assert!(shown(&app, bob, "-car").await.is_empty(), "nothing but absence finds nothing");
    assert!(shown(&app, bob, "!!! ...").await.is_empty());
    assert!(shown(&app, bob, "\"car station\"").await.is_empty());
}

#[tokio::test]
async fn only_the_own_conversations_are_searched_and_deleted_messages_never() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let eve = app.person("eve").await;
    let (people, group) = app.group(2).await;
    app.send(ada, message(&place, "secret plan")).await.unwrap();
    app.send(bob, message(&place, "which plan")).await.unwrap();
    app.send(people[0], message(&group, "plan of the group")).await.unwrap();
    assert_eq!(bodies(&app, ada, "plan").await, ["secret plan", "which plan"]);
    assert!(bodies(&app, eve, "plan").await.is_empty());
    let by_bob = Wanted { from: bob.user_id.to_string(), ..Wanted::default() };
    let found = find(&app, ada, "plan", by_bob).await.unwrap();
    assert_eq!((found.hits.len(), found.hits[0].message.as_ref().unwrap().body.as_str()), (1, "which plan"));
    assert_eq!(
        find(&app, ada, "plan", Wanted { place: &place, ..Wanted::default() }).await.unwrap().hits.len(),
        2
    );
    let foreign = Wanted { place: &group, ..Wanted::default() };
    assert_eq!(find(&app, ada, "plan", foreign).await.unwrap_err().reason, Reason::NotFound);
    sqlx::query("UPDATE conversations SET kind = 'room' WHERE kind = 'group'")
        .execute(&app.pool)
        .await
        .unwrap();
    let room = Wanted { place: &group, ..Wanted::default() };
    assert_eq!(find(&app, ada, "plan", room).await.unwrap_err().reason, Reason::NotAMember);
    sqlx::query("DELETE FROM members WHERE user_id = $1")
        .bind(bob.user_id.as_uuid())
        .execute(&app.pool)
        .await
        .unwrap();
    assert!(bodies(&app, bob, "plan").await.is_empty(), "what one has left");
    sqlx::query("UPDATE messages SET deleted_at = now(), body = '' WHERE body = 'secret plan'")
        .execute(&app.pool)
        .await
        .unwrap();
    assert_eq!(bodies(&app, ada, "plan").await, ["which plan"]);
}

#[tokio::test]
async fn pages_hold_every_hit_once_the_newest_first_among_equals() {
    let app = App::start().await;
    let (ada, _bob, place) = app.direct().await;
    for number in 0..25 {
        app.send(ada, message(&place, &format!("tea {number}"))).await.unwrap();
    }
    app.send(ada, message(&place, "tea and tea and tea")).await.unwrap();
    let (mut cursor, mut seqs) = (String::new(), Vec::new());
    loop {
        let wanted = Wanted { limit: 10, cursor, ..Wanted::default() };
        let page = find(&app, ada, "tea", wanted).await.unwrap();
        seqs.extend(page.hits.iter().map(|hit| hit.message.as_ref().unwrap().seq));
        cursor = page.page.unwrap().next_cursor;
        if cursor.is_empty() {
            break;
        }
        // What comes meanwhile moves nothing.
        app.send(ada, message(&place, "tea at last")).await.unwrap();
        let other = Wanted { limit: 10, cursor: cursor.clone(), ..Wanted::default() };
        let failure = find(&app, ada, "coffee", other).await.unwrap_err();
        assert_eq!((failure.reason, failure.fields[0].field.as_str()), (Reason::ValidationFailed, "cursor"));
    }
    let expected: Vec<i64> = std::iter::once(26).chain((1..=25).rev()).collect();
    assert_eq!(seqs.first(), expected.first());
    let told: Vec<i64> = seqs.into_iter().filter(|seq| *seq <= 26).collect();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn bad_requests_name_their_fields() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    for (query, place, from, field) in [
        ("  ", "", "", "q"),
        ("a\0b", "", "", "q"),
        (&"x".repeat(201), "", "", "q"),
        ("x", "y", "", "conversation_id"),
        ("x", "", "y", "from"),
    ] {
        let wanted = Wanted { place, from: from.to_owned(), ..Wanted::default() };
        let failure = find(&app, ada, query, wanted).await.unwrap_err();
        assert_eq!((failure.reason, failure.fields[0].field.as_str()), (Reason::ValidationFailed, field));
    }
    assert!(find(&app, ada, &"é".repeat(200), Wanted::default()).await.unwrap().hits.is_empty());
}
