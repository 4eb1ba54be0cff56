//! Reactions.

use pulse_events::EventType;
use pulse_proto::messages::v1 as proto;
use pulse_rpc::Reason;

use crate::act::{next_of, shown};
use crate::app::App;
use crate::place::silence;

#[tokio::test]
async fn reactions_are_counted_by_emoji_the_first_ones_first() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let group = app.make_group(&[ada, bob, eve]).await;
    let said = app.post(ada, &group, "hello").await;
    let id = said.message_id.as_str();
    let (_bus, mut for_eve) = app.listen(eve).await;

    assert_eq!(app.react(bob, id, "🙂", true).await.unwrap(), ["🙂1*"]);
    let event = next_of(&mut for_eve, EventType::ReactionUpdated).await;
    let told = event.decode::<proto::ReactionUpdated>().unwrap();
    assert_eq!((told.version, told.seq, told.active), (said.version + 1, said.seq, true));
    assert_eq!(
        (told.user_id, told.emoji, shown(&told.reactions)),
        (bob.user_id.to_string(), "🙂".to_owned(), vec!["🙂1".to_owned()])
    );

    // Bare hearts become red ones, and count with them.
    assert_eq!(app.react(eve, id, "\u{2764}", true).await.unwrap(), ["🙂1", "\u{2764}\u{FE0F}1*"]);
    assert_eq!(app.react(ada, id, "\u{2764}\u{FE0F}", true).await.unwrap(), ["🙂1", "\u{2764}\u{FE0F}2*"]);
    assert_eq!(app.react(ada, id, "🙂", true).await.unwrap(), ["🙂2*", "\u{2764}\u{FE0F}2*"]);
    let version = app.get(ada, id).await.unwrap().version;
    assert_eq!(app.react(ada, id, "🙂", true).await.unwrap(), ["🙂2*", "\u{2764}\u{FE0F}2*"]);
    assert_eq!(app.react(ada, id, "👍", false).await.unwrap(), ["🙂2*", "\u{2764}\u{FE0F}2*"]);
    assert_eq!(app.get(ada, id).await.unwrap().version, version, "nothing changed, so nothing is counted");
    assert_eq!(version, said.version + 4);

    assert_eq!(app.react(bob, id, "🙂", false).await.unwrap(), ["\u{2764}\u{FE0F}2", "🙂1"]);
    assert_eq!(app.react(ada, id, "🙂", false).await.unwrap(), ["\u{2764}\u{FE0F}2*"]);
    let seen = app.everything(bob, &group).await[1].clone();
    assert_eq!((shown(&seen.reactions), seen.version), (vec!["\u{2764}\u{FE0F}2".to_owned()], version + 2));
    assert_eq!(seen.edited_at, None);
    for _ in 0..5 {
        let told = next_of(&mut for_eve, EventType::ReactionUpdated).await;
        let told = told.decode::<proto::ReactionUpdated>().unwrap();
        assert!(told.reactions.iter().all(|reaction| !reaction.me), "the same for every reader");
    }
    silence(&mut for_eve).await;
}

#[tokio::test]
async fn what_may_not_be_reacted_to_or_with_is_told_in_order() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let group = app.make_group(&[ada, bob]).await;
    let system = app.everything(ada, &group).await[0].message_id.clone();
    let id = app.post(ada, &group, "hello").await.message_id;
    for emoji in ["", "a", "1", "🙂🙂", "❤\u{FE0E}", "🇩"] {
        let refused = app.react(eve, &id, emoji, true).await.unwrap_err();
        assert_eq!(refused.reason, Reason::ValidationFailed, "{emoji}: before visibility");
        assert_eq!((refused.fields[0].field.as_str(), refused.fields[0].code.as_str()), ("emoji", "invalid"));
    }
    let reason = |outcome: Result<Vec<String>, pulse_rpc::Failure>| outcome.unwrap_err().reason;
    assert_eq!(reason(app.react(eve, &id, "🙂", true).await), Reason::NotFound);
    assert_eq!(reason(app.react(bob, &system, "🙂", true).await), Reason::Forbidden);

    let twenty = [
        "😀", "😁", "😂", "😃", "😄", "😅", "😆", "😇", "😈", "😉", "😊", "😋", "😌", "😍", "😎", "😏", "😐",
        "😑", "😒", "😓",
    ];
    for emoji in twenty {
        app.react(bob, &id, emoji, true).await.unwrap();
    }
    let refused = app.react(ada, &id, "🙂", true).await.unwrap_err();
    assert_eq!((refused.reason, refused.fields[0].code.as_str()), (Reason::ValidationFailed, "too_many"));
    assert_eq!(app.react(ada, &id, "😀", true).await.unwrap().len(), 20, "one that is there is no 21st");
    app.set_state(ada, &group, proto::ConversationState::Closed).await.unwrap();
    assert_eq!(reason(app.react(ada, &id, "🙂", true).await), Reason::ConversationClosed, "before the count");
    assert_eq!(reason(app.react(bob, &id, "😀", false).await), Reason::ConversationClosed);

    let (carl, dora) = (app.person("carl").await, app.person("dora").await);
    app.connect(carl, dora, true, 1).await;
    let place = app.open_direct(carl, dora).await.unwrap().conversation.unwrap().conversation_id;
    let id = app.post(carl, &place, "hello").await.message_id;
    app.connect(carl, dora, false, 2).await;
    assert_eq!(reason(app.react(dora, &id, "🙂", true).await), Reason::NotConnected);
}
