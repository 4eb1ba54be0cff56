//! Sync when more conversations changed than a page takes with all their messages.

use std::collections::BTreeMap;

use pulse_proto::messages::v1 as proto;
use pulse_rpc::Principal;
use uuid::Uuid;

use crate::app::{App, message};
use crate::sync::{group_with, sync, token};

/// What sync told of one conversation.
struct Told {
    seqs: Vec<i64>,
    has_gap: bool,
    last_seq: i64,
}

/// All pages from a token on; each conversation must come once.
async fn sync_all(
    app: &App,
    user: Principal,
    mut token: String,
) -> (BTreeMap<String, Told>, Vec<proto::SyncResponse>) {
    let (mut told, mut pages) = (BTreeMap::new(), Vec::new());
    loop {
        let page = sync(app, user, &token).await.unwrap();
        for changed in &page.conversations {
            let conversation = changed.conversation.as_ref().unwrap();
            let one = Told {
                seqs: changed.messages.iter().map(|message| message.seq).collect(),
                has_gap: changed.gap,
                last_seq: conversation.last_message.as_ref().map_or(0, |last| last.seq),
            };
            assert!(told.insert(conversation.conversation_id.clone(), one).is_none(), "told twice");
        }
        token.clone_from(&page.sync_token);
        let has_more = page.has_more;
        pages.push(page);
        if !has_more {
            return (told, pages);
        }
    }
}

async fn groups(app: &App, members: &[Principal], count: usize, bodies: &[String]) -> Vec<Uuid> {
    let mut places = Vec::with_capacity(count);
    for _ in 0..count {
        places.push(group_with(app, members, bodies).await);
    }
    places
}

#[tokio::test]
async fn few_messages_of_each_are_told_and_what_is_left_out_is_a_gap() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let bodies: Vec<String> = (0..30).map(|number| number.to_string()).collect();
    let places = groups(&app, &[ada, bob], 130, &bodies).await;
    let from = token(&app, bob).await;
    for place in &places {
        app.send(ada, message(&place.to_string(), "news")).await.unwrap();
    }
    for number in 0..4 {
        app.send(ada, message(&places[1].to_string(), &format!("five in all {number}"))).await.unwrap();
    }
    for number in 0..5 {
        app.send(ada, message(&places[2].to_string(), &format!("six in all {number}"))).await.unwrap();
    }
    for number in 0..30 {
        app.send(ada, message(&places[3].to_string(), &format!("many {number}"))).await.unwrap();
    }
    // An old message of one changes, and more of another than are looked at, so that none of the latest is among them.
    let change = "UPDATE messages m SET version = c.version + m.seq, body = 'edited', changed_xid = pg_current_xact_id()
                  FROM conversations c
                  WHERE c.conversation_id = m.conversation_id AND m.conversation_id = $1 AND m.seq <= $2";
    for (place, last) in [(places[4], 1_i64), (places[5], 20)] {
        sqlx::query(change).bind(place).bind(last).execute(&app.pool).await.unwrap();
    }

    let (told, pages) = sync_all(&app, bob, from).await;
    assert_eq!((pages.len(), told.len()), (1, 130), "one round trip");
    let of = |number: usize| {
        let told = &told[&places[number].to_string()];
        assert!(told.last_seq >= 31);
        (told.seqs.clone(), told.has_gap)
    };
    assert_eq!(of(0), (vec![31], false));
    assert_eq!(of(1), (vec![31, 32, 33, 34, 35], false));
    assert_eq!(of(2), (vec![32, 33, 34, 35, 36], true));
    assert_eq!(of(3), (vec![57, 58, 59, 60, 61], true));
    assert_eq!(of(4), (vec![1, 31], false));
    let (seqs, has_gap) = of(5);
    assert!(has_gap && seqs.len() == 5 && seqs.last() == Some(&31), "{seqs:?}");
}

#[tokio::test]
async fn a_page_stays_small_whatever_the_messages_weigh() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let from = token(&app, bob).await;
    let long: Vec<String> = (0..8).map(|_| "\u{10348}".repeat(4000)).collect();
    let medium: Vec<String> = (0..8).map(|_| "a".repeat(600)).collect();
    groups(&app, &[ada, bob], 60, &long).await;
    groups(&app, &[ada, bob], 90, &medium).await;
    let (told, pages) = sync_all(&app, bob, from).await;
    assert_eq!(told.len(), 150);
    let largest = pages.iter().map(prost::Message::encoded_len).max().unwrap();
    assert!(largest < 1024 * 1024 + 64 * 1024, "{largest}");
    assert!(told.values().all(|told| told.last_seq == 8 && told.seqs.last() == Some(&8)));
    assert!(told.values().all(|told| told.has_gap != (told.seqs.len() == 8)));
    // While more than a hundred are left it is one message of each; of the rest as many as ever.
    let first = pages.first().unwrap();
    assert!(first.conversations.iter().all(|changed| changed.messages.len() == 1));
    let last = pages.last().unwrap();
    assert!(last.conversations.iter().all(|changed| changed.messages.len() == 8));
}

#[tokio::test]
async fn an_inbox_of_which_all_changed_is_told_in_few_pages() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let from = token(&app, bob).await;
    groups(&app, &[ada, bob], 1200, &["one".to_owned(), "two".to_owned()]).await;
    let (told, pages) = sync_all(&app, bob, from).await;
    assert_eq!(told.len(), 1200);
    assert!(pages.len() <= 4, "{} pages", pages.len());
    assert!(told.values().all(|told| told.last_seq == 2 && told.seqs.last() == Some(&2)));
    assert!(told.values().all(|told| told.has_gap != (told.seqs.len() == 2)));
}
