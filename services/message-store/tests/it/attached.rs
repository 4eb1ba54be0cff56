//! Messages with files: who may send which uploads, and once.

use futures_util::future::join_all;
use pulse_proto::messages::v1 as proto;
use pulse_rpc::{Principal, Reason};
use pulse_types::{AttachmentId, SystemClock};

use crate::app::{App, message};

impl App {
    /// What is known of an upload that was made some hours ago, without its bytes.
    async fn known_upload(&self, user: Principal, hours_ago: i32) -> String {
        let id = AttachmentId::new(&SystemClock);
        let insert = "INSERT INTO attachments (attachment_id, uploader_id, name, media_type, size_bytes, has_thumbnail,
                                               created_at)
                      VALUES ($1, $2, 'notes.txt', 'text/plain', 5, false, now() - make_interval(hours => $3))";
        let query = sqlx::query(insert).bind(id.as_uuid()).bind(user.user_id.as_uuid()).bind(hours_ago);
        query.execute(&self.pool).await.unwrap();
        id.to_string()
    }
}

fn with(place: &str, body: &str, attachment_ids: &[&String]) -> proto::SendMessageRequest {
    let attachment_ids = attachment_ids.iter().map(|id| (*id).clone()).collect();
    proto::SendMessageRequest { attachment_ids, ..message(place, body) }
}

#[tokio::test]
async fn own_uploads_are_sent_once_in_their_order() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let (first, second) = (app.known_upload(ada, 0).await, app.known_upload(ada, 23).await);
    let request = with(&place, "  ", &[&second, &first]);
    let sent = app.send(ada, request.clone()).await.unwrap().message.unwrap();
    assert_eq!(sent.body, "", "files alone say enough");
    let ids: Vec<_> = sent.attachments.iter().map(|attachment| attachment.attachment_id.clone()).collect();
    assert_eq!(ids, [second.clone(), first.clone()]);
    let seen = app.get(bob, &sent.message_id).await.unwrap();
    assert_eq!(seen.attachments.len(), 2);
    assert_eq!((seen.attachments[0].name.as_str(), seen.attachments[0].size_bytes), ("notes.txt", 5));

    assert!(app.send(ada, request.clone()).await.unwrap().replayed, "before any rule on files");
    let turned = vec![first.clone(), second.clone()];
    let turned = proto::SendMessageRequest { attachment_ids: turned, ..request.clone() };
    assert_eq!(app.send(ada, turned).await.unwrap_err().reason, Reason::IdempotencyMismatch);
    let again = app.send(ada, with(&place, "again", &[&first])).await.unwrap_err();
    assert_eq!(
        (again.reason, again.fields[0].field.as_str()),
        (Reason::ValidationFailed, "attachment_ids.0")
    );

    // Beside files a text may be taken away.
    let edited = app.edit(ada, &sent.message_id, "look").await.unwrap();
    assert_eq!(edited.attachments.len(), 2);
    assert_eq!(app.edit(ada, &sent.message_id, " ").await.unwrap().body, "");
    app.unsay(ada, &sent.message_id).await.unwrap();
    assert_eq!(app.count("SELECT count(*) FROM attachments").await, 0);
    assert_eq!(app.count("SELECT count(*) FROM discarded_files").await, 2, "the bytes follow");
    let replayed = app.send(ada, request).await.unwrap();
    assert!(replayed.replayed && replayed.message.unwrap().attachments.is_empty());
}

#[tokio::test]
async fn what_may_not_be_sent_is_named_and_nothing_is_taken() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let (own, old, of_bob) =
        (app.known_upload(ada, 0).await, app.known_upload(ada, 25).await, app.known_upload(bob, 0).await);
    let unknown = AttachmentId::new(&SystemClock).to_string();
    for wrong in [&old, &of_bob, &unknown] {
        let refused = app.send(ada, with(&place, "x", &[&own, wrong])).await.unwrap_err();
        assert_eq!(refused.reason, Reason::ValidationFailed);
        assert_eq!(
            (refused.fields[0].field.as_str(), refused.fields[0].code.as_str()),
            ("attachment_ids.1", "invalid")
        );
    }
    let twice = app.send(ada, with(&place, "x", &[&own, &own])).await.unwrap_err();
    assert_eq!(twice.fields[0].field, "attachment_ids.1");
    let many = app.send(ada, with(&place, "x", &[&own; 11])).await.unwrap_err();
    assert_eq!((many.fields[0].field.as_str(), many.fields[0].code.as_str()), ("attachment_ids", "too_many"));
    let bad = app.send(ada, with(&place, "x", &[&"nonsense".to_owned()])).await.unwrap_err();
    assert_eq!((bad.fields[0].field.as_str(), bad.fields[0].code.as_str()), ("attachment_ids.0", "invalid"));
    app.connect(ada, bob, false, 2).await;
    let apart = app.send(ada, with(&place, "x", &[&of_bob])).await.unwrap_err();
    assert_eq!(apart.reason, Reason::NotConnected, "before what is stored of files");
    app.connect(ada, bob, true, 3).await;
    let sent = app.send(ada, with(&place, "x", &[&own])).await.unwrap().message.unwrap();
    assert_eq!(sent.seq, 1, "nothing was sent, and the file was free");
}

#[tokio::test]
async fn of_many_sends_at_once_one_has_the_file() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let (first, second) = (app.make_group(&[ada, bob]).await, app.make_group(&[ada, eve]).await);
    let file = app.known_upload(ada, 0).await;
    let sending = (0..20).map(|number| {
        let place = if number % 2 == 0 { &first } else { &second };
        app.send(ada, with(place, "mine", &[&file]))
    });
    let sent = join_all(sending).await;
    assert_eq!(sent.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let mut refused = sent.iter().filter_map(|outcome| outcome.as_ref().err());
    assert!(refused.all(|failure| failure.reason == Reason::ValidationFailed));
}
