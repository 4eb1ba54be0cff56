//! Forgetting a person, and telling a person all that is held on them.

use std::collections::BTreeMap;

use pulse_events::EventType;
use pulse_proto::messages::v1 as proto;
use pulse_rpc::{Failure, Principal, Reason};
use pulse_testkit::eventually;
use serde_json::Value;

use crate::act::{next_of, shown};
use crate::app::{App, SOON, answer, message};

impl App {
    async fn erase(&self, person: Principal, erase_messages: bool) -> Result<(), Failure> {
        let request = proto::ErasePersonRequest { user_id: person.user_id.to_string(), erase_messages };
        answer(self.privacy.clone().erase_person(request).await).map(|_| ())
    }

    /// Until the events of before are out.
    pub(crate) async fn erased(&self, person: Principal, erase_messages: bool) {
        eventually(SOON, || async { self.erase(person, erase_messages).await.ok() }).await.unwrap();
    }

    async fn say(&self, user: Principal, place: &str, bodies: &[&str]) -> Vec<proto::Message> {
        let mut said = Vec::new();
        for body in bodies {
            said.push(self.send(user, message(place, body)).await.unwrap().message.unwrap());
        }
        said
    }

    async fn conversation(&self, user: Principal, place: &str) -> proto::Conversation {
        let request = proto::GetConversationRequest { conversation_id: place.to_owned() };
        answer(self.client.clone().get_conversation(user.request(request)).await)
            .unwrap()
            .conversation
            .unwrap()
    }

    pub(crate) async fn export(&self, user: Principal) -> BTreeMap<String, Value> {
        let request = proto::ExportPersonRequest { user_id: user.user_id.to_string() };
        let mut stream = self.privacy.clone().export_person(request).await.unwrap().into_inner();
        let mut texts: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        while let Some(piece) = stream.message().await.unwrap() {
            assert!(piece.chunk.len() <= 256 * 1024, "{}", piece.chunk.len());
            texts.entry(piece.name).or_default().extend(piece.chunk);
        }
        texts.into_iter().map(|(name, text)| (name, serde_json::from_slice(&text).unwrap())).collect()
    }

    /// Everything in the tables, as text.
    async fn dump(&self) -> String {
        pulse_testkit::dump_tables(self.database.url()).await.unwrap()
    }
}

#[tokio::test]
async fn erased_messages_become_deleted_ones_with_versions_of_their_own_and_nothing_of_the_person_stays() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    // More than one batch.
    let bodies: Vec<String> = (0..205).map(|number| format!("canary {number}")).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let said = app.say(ada, &place, &bodies).await;
    let mut reply = message(&place, "an answer");
    reply.reply_to_message_id = said[0].message_id.clone();
    app.send(bob, reply).await.unwrap();
    let before = app.conversation(bob, &place).await;
    assert_eq!(before.peer.unwrap().username, "ada");

    app.erased(ada, true).await;
    app.erase(ada, true).await.unwrap();

    let after = app.conversation(bob, &place).await;
    assert_eq!(after.peer, None);
    // Each deletion is a change, and the end of the membership.
    assert_eq!(after.version, before.version + 205 + 1);
    let messages = app.everything(bob, &place).await;
    let (own, others): (Vec<_>, Vec<_>) = messages.iter().partition(|message| message.seq <= 205);
    let mut versions: Vec<_> = own.iter().map(|message| message.version).collect();
    versions.sort_unstable();
    let expected: Vec<_> = (before.version + 1..=before.version + 205).collect();
    assert_eq!(versions, expected);
    for message in own {
        assert_eq!((message.body.as_str(), &message.sender, message.client_id.as_str()), ("", &None, ""));
        assert!(message.deleted_at.is_some());
    }
    let answer = others[0];
    assert_eq!(answer.body, "an answer");
    let reply_to = answer.reply_to.clone().unwrap();
    assert_eq!((reply_to.excerpt.as_str(), reply_to.sender_id.as_str()), ("", ""));
    let dump = app.dump().await;
    assert!(!dump.contains("canary") && !dump.contains(" ada ") && !dump.contains("ADA"), "{dump}");
    // Nobody writes there any more, and nobody opens a direct with somebody who is gone.
    let refused = app.send(bob, message(&place, "hello?")).await.unwrap_err();
    assert_eq!(refused.reason, Reason::NotConnected);
    assert_eq!(app.open_direct(bob, ada).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(app.send(ada, message(&place, "boo")).await.unwrap_err().reason, Reason::NotFound);
}

#[tokio::test]
async fn an_erasure_that_is_cut_off_again_and_again_goes_on_from_where_it_was() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    // A history of two thousand, as the service would have written it.
    let insert = "INSERT INTO messages (conversation_id, seq, message_id, version, sender_id, client_id, kind, body, created_at)
                  SELECT $1::uuid, n, gen_random_uuid(), n + 1, $2::uuid, gen_random_uuid(), 'text', 'canary', now()
                  FROM generate_series(1, 2000) AS n";
    sqlx::query(insert).bind(&place).bind(ada.user_id.as_uuid()).execute(&app.pool).await.unwrap();
    let head = "UPDATE conversations SET last_seq = 2000, version = 2001 WHERE conversation_id = $1::uuid";
    sqlx::query(head).bind(&place).execute(&app.pool).await.unwrap();

    let mut cuts = 0;
    loop {
        let message = proto::ErasePersonRequest { user_id: ada.user_id.to_string(), erase_messages: true };
        let mut request = tonic::Request::new(message);
        request.set_timeout(std::time::Duration::from_millis(60));
        match app.privacy.clone().erase_person(request).await {
            Ok(_) => break,
            Err(_) => cuts += 1,
        }
        assert!(cuts < 1000, "it gets nowhere");
    }
    assert!(cuts > 0, "it was not cut off: no proof");
    let history = app.everything(bob, &place).await;
    assert_eq!(history.len(), 2000);
    assert!(history.iter().all(|message| message.body.is_empty() && message.sender.is_none()));
    let mut versions: Vec<_> = history.iter().map(|message| message.version).collect();
    versions.sort_unstable();
    assert_eq!(versions, (2002..=4001).collect::<Vec<_>>());
    assert_eq!(app.conversation(bob, &place).await.version, 4002);
}

#[tokio::test]
async fn kept_messages_stay_as_they_are_without_a_sender() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    app.say(ada, &place, &["first", "second"]).await;
    let before = app.everything(bob, &place).await;
    app.erased(ada, false).await;
    let after = app.everything(bob, &place).await;
    let expected: Vec<_> = before
        .into_iter()
        .map(|message| proto::Message { sender: None, client_id: String::new(), ..message })
        .collect();
    assert_eq!(after, expected);
    let dump = app.dump().await;
    assert!(dump.contains("second") && !dump.contains("ADA"));
}

#[tokio::test]
async fn what_arrives_late_does_not_bring_an_erased_person_back() {
    let app = App::start().await;
    let (ada, bob, _) = app.direct().await;
    app.erased(ada, true).await;
    app.apply_person(ada.user_id, "ada", 99).await;
    app.connect(ada, bob, true, 99).await;
    assert!(!app.dump().await.contains("ADA"));
    assert_eq!(app.open_direct(bob, ada).await.unwrap_err().reason, Reason::NotFound);
    let connections: i64 =
        sqlx::query_scalar("SELECT count(*) FROM connections").fetch_one(&app.pool).await.unwrap();
    assert_eq!(connections, 0);
}

#[tokio::test]
async fn a_person_is_not_erased_before_the_events_that_show_them_are_out() {
    let mut app = App::start().await;
    let (ada, _, place) = app.direct().await;
    app.nats.stop().await;
    app.say(ada, &place, &["hello"]).await;
    assert_eq!(app.erase(ada, true).await.unwrap_err().reason, Reason::Unavailable);
    app.nats.start_again().await.unwrap();
    app.erased(ada, true).await;
    assert_eq!(app.outbox().await, 0);
}

#[tokio::test]
async fn an_export_holds_the_conversations_and_what_the_person_wrote_and_nothing_that_others_wrote() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let bodies: Vec<String> =
        (0..120).map(|number| format!("mine {number} {}", "\u{1}".repeat(3000))).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    app.say(ada, &place, &bodies).await;
    let not_hers = app.post(bob, &place, "not hers").await.message_id;
    let edited = app.post(ada, &place, "mine, as it was").await.message_id;
    app.edit(ada, &edited, "mine, for @bob").await.unwrap();
    app.react(ada, &not_hers, "🙂", true).await.unwrap();
    app.react(bob, &edited, "👍", true).await.unwrap();

    let documents = app.export(ada).await;
    let names = ["attachments.json", "conversations.json", "messages.json", "reactions.json"];
    assert!(names.iter().all(|name| documents.contains_key(*name)), "{:?}", documents.keys());
    let conversations = documents["conversations.json"].as_array().unwrap();
    assert_eq!(conversations.len(), 1);
    assert_eq!(conversations[0]["peer_username"], "bob");
    assert_eq!(conversations[0]["read_seq"], 122);
    let messages = documents["messages.json"].as_array().unwrap();
    assert_eq!(messages.len(), 121);
    assert!(messages.iter().all(|message| message["body"].as_str().unwrap().starts_with("mine")));
    let edited = messages.iter().find(|message| message["body"] == "mine, for @bob").unwrap();
    assert_eq!(edited["earlier_bodies"][0]["body"], "mine, as it was");
    assert_eq!(edited["mentioned_user_ids"][0], bob.user_id.to_string());
    let reactions = documents["reactions.json"].as_array().unwrap();
    assert_eq!((reactions.len(), reactions[0]["emoji"].as_str()), (1, Some("🙂")), "her own alone");

    let stranger = app.person("carol").await;
    let documents = app.export(stranger).await;
    assert!(documents.values().all(|document| document.as_array().unwrap().is_empty()), "{documents:?}");
}

#[tokio::test]
async fn what_an_erasure_takes_away_is_told_change_by_change() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let group = app.make_group(&[ada, bob, eve]).await;
    let hers = app.post(bob, &group, "from bob").await;
    app.edit(bob, &hers.message_id, "from bob, edited").await.unwrap();
    let kept = app.post(ada, &group, "dear @bob").await;
    app.react(bob, &kept.message_id, "🙂", true).await.unwrap();
    app.react(ada, &kept.message_id, "🙂", true).await.unwrap();
    // What was written before leaving is found as well.
    app.leave(bob, &group).await.unwrap();
    let begin = app.see(eve, &group).await.unwrap().version;
    let (_bus, mut for_eve) = app.listen(eve).await;
    app.erased(bob, true).await;

    let deleted = next_of(&mut for_eve, EventType::MessageDeleted).await;
    let deleted = deleted.decode::<proto::MessageDeleted>().unwrap();
    assert_eq!((deleted.message_id, deleted.version), (hers.message_id.clone(), begin + 1));
    let reaction = next_of(&mut for_eve, EventType::ReactionUpdated).await;
    let reaction = reaction.decode::<proto::ReactionUpdated>().unwrap();
    assert_eq!(
        (reaction.version, reaction.active, shown(&reaction.reactions)),
        (begin + 2, false, vec!["🙂1".to_owned()])
    );
    assert_eq!(app.see(eve, &group).await.unwrap().version, begin + 2);

    let messages = app.everything(eve, &group).await;
    let gone = messages.iter().find(|message| message.message_id == hers.message_id).unwrap();
    assert!(gone.sender.is_none() && gone.body.is_empty() && gone.deleted_at.is_some());
    let kept = messages.iter().find(|message| message.message_id == kept.message_id).unwrap();
    assert!(kept.mentioned_user_ids.is_empty() && kept.body == "dear @bob");
    assert_eq!(app.count("SELECT count(*) FROM message_edits").await, 0);
    assert_eq!(app.count("SELECT count(*) FROM mentions").await, 0);
    assert_eq!(app.count("SELECT count(*) FROM messages WHERE sent_digest IS NOT NULL").await, 0);
}
