//! Mentions: who is meant, and how they are counted.

use pulse_proto::messages::v1 as proto;
use pulse_rpc::Principal;

use crate::app::{App, answer};

async fn mention_count(app: &App, user: Principal, place: &str) -> i64 {
    let my = app.see(user, place).await.unwrap().my.unwrap();
    let key = proto::UnreadKey { user_id: user.user_id.to_string(), conversation_id: place.to_owned() };
    let asked = proto::ListUnreadRequest { keys: vec![key] };
    let unread = answer(app.client.clone().list_unread(asked).await).unwrap().unread;
    assert_eq!(unread[0].mention_count, my.mention_count, "counted alike everywhere");
    my.mention_count
}

#[tokio::test]
async fn present_members_are_mentioned_and_counted_until_they_read() {
    let app = App::start().await;
    let [ada, bob, _elsewhere, long] = app.circle(["ada", "bob", "eve", "bob.smith"]).await;
    let group = app.make_group(&[ada, bob, long]).await;
    let ids = |people: &[Principal]| people.iter().map(|who| who.user_id.to_string()).collect::<Vec<_>>();

    let said = app.post(ada, &group, "@ada @Bob.Smith, (@bob) @eve mail@bob @bobby @bob").await;
    assert_eq!(said.mentioned_user_ids, ids(&[long, bob]), "not oneself, not who is elsewhere, each once");
    let fallback = app.post(ada, &group, "ask @bob.see you").await;
    assert_eq!(fallback.mentioned_user_ids, ids(&[bob]));
    assert_eq!(app.everything(bob, &group).await[1].mentioned_user_ids, ids(&[long, bob]));
    assert_eq!((mention_count(&app, bob, &group).await, mention_count(&app, long, &group).await), (2, 1));
    assert_eq!(mention_count(&app, ada, &group).await, 0);

    let marks = app.mark_read(bob, &group, said.seq).await.unwrap();
    assert_eq!((marks.mention_count, marks.unread_count), (1, 1));
    let marks = app.mark_delivered(bob, &group, 99).await.unwrap();
    assert_eq!((marks.mention_count, marks.unread_count, marks.read_seq), (1, 1, said.seq));

    // Mentions are read again on an edit, and forgotten with the message.
    let edited = app.edit(ada, &fallback.message_id, "@bob.smith now").await.unwrap();
    assert_eq!(edited.mentioned_user_ids, ids(&[long]));
    assert_eq!((mention_count(&app, bob, &group).await, mention_count(&app, long, &group).await), (0, 2));
    app.unsay(ada, &said.message_id).await.unwrap();
    assert_eq!(mention_count(&app, long, &group).await, 1);
    assert_eq!(app.mark_read(long, &group, 99).await.unwrap().mention_count, 0);

    // Whoever has left is not mentioned any more.
    app.leave(bob, &group).await.unwrap();
    assert!(app.post(ada, &group, "@bob?").await.mentioned_user_ids.is_empty());
}

#[tokio::test]
async fn a_new_name_counts_at_once_and_the_words_of_a_message_stand_beside_it() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    app.apply_person(bob.user_id, "robert", 2).await;
    assert!(app.post(ada, &place, "@bob").await.mentioned_user_ids.is_empty());
    assert_eq!(app.post(ada, &place, "@ROBERT").await.mentioned_user_ids, [bob.user_id.to_string()]);
    app.post(ada, &place, "she was running home").await;
    let found = "SELECT count(*) FROM messages WHERE words @@ to_tsquery('english', 'runs')";
    assert_eq!(app.count(found).await, 1, "by its stem");
    let found = "SELECT count(*) FROM messages WHERE words @@ to_tsquery('simple', 'was & running')";
    assert_eq!(app.count(found).await, 1, "and as it stands");
}
