//! The end of groups and rooms.

use std::time::Duration;

use pulse_message_store::ops::deletion::purge;
use pulse_message_store::store::Db;
use pulse_proto::messages::v1::MemberRole as Role;
use pulse_rpc::Reason;
use pulse_types::{Clock as _, SystemClock};

use crate::app::{App, message};
use crate::place::{hear, heard, nobody};

const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test]
async fn what_is_deleted_is_gone_for_everybody_at_once() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let place = app.make_group(&[ada, bob]).await;
    app.put(ada, &place, bob, Role::Admin).await.unwrap();
    assert_eq!(app.delete(bob, &place).await.unwrap_err().reason, Reason::Forbidden);
    assert_eq!(app.delete(eve, &place).await.unwrap_err().reason, Reason::NotFound);
    let (_ada_bus, mut for_ada) = app.listen(ada).await;
    let (_bob_bus, mut for_bob) = app.listen(bob).await;
    app.delete(ada, &place).await.unwrap();
    for subscription in [&mut for_ada, &mut for_bob] {
        assert_eq!(hear(subscription, 1).await, heard(&[(4, "gone deleted")]));
    }
    for user in [ada, bob] {
        assert_eq!(app.see(user, &place).await.unwrap_err().reason, Reason::NotFound);
        assert_eq!(app.send(user, message(&place, "x")).await.unwrap_err().reason, Reason::NotFound);
        assert_eq!(app.delete(user, &place).await.unwrap_err().reason, Reason::NotFound);
    }
    let room = app.make_room("Lobby", &[ada]).await;
    assert_eq!(app.delete(bob, &room).await.unwrap_err().reason, Reason::NotAMember);
    assert_eq!(app.delete(ada, &nobody().user_id.to_string()).await.unwrap_err().reason, Reason::NotFound);
}

#[tokio::test]
async fn what_was_said_goes_in_pieces_and_that_it_was_there_a_month_later() {
    let app = App::start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let place = app.make_group(&[ada, bob]).await;
    let other = app.make_group(&[ada, bob]).await;
    app.send(ada, message(&other, "stays")).await.unwrap();
    // As the service would have written it.
    for fill in [
        "INSERT INTO messages (conversation_id, seq, message_id, version, sender_id, client_id, kind, body, created_at)
         SELECT $1::uuid, n, gen_random_uuid(), n, gen_random_uuid(), gen_random_uuid(), 'text', 'canary', now()
         FROM generate_series(2, 1200) AS n",
        "INSERT INTO message_edits (conversation_id, seq, version, body, written_at)
         SELECT $1::uuid, n, n, 'canary', now() FROM generate_series(2, 1200) AS n",
        "INSERT INTO reactions (conversation_id, seq, user_id, emoji, version, created_at)
         SELECT $1::uuid, n, gen_random_uuid(), 'x', n, now() FROM generate_series(2, 1200) AS n",
        "INSERT INTO mentions (conversation_id, user_id, seq)
         SELECT $1::uuid, gen_random_uuid(), n FROM generate_series(2, 1200) AS n",
    ] {
        sqlx::query(fill).bind(&place).execute(&app.pool).await.unwrap();
    }
    app.delete(ada, &place).await.unwrap();

    let db = Db::new(&app.database.url().to_owned().into(), 2).unwrap();
    let now = SystemClock.now();
    // Two who clean at once are in nobody's way.
    let (first, second) = tokio::join!(purge(&db, now), purge(&db, now));
    first.unwrap();
    second.unwrap();
    purge(&db, now).await.unwrap();
    let left = format!(
        "SELECT (SELECT count(*) FROM messages WHERE conversation_id = '{place}')
              + (SELECT count(*) FROM message_edits) + (SELECT count(*) FROM reactions)
              + (SELECT count(*) FROM mentions)"
    );
    assert_eq!(app.count(&left).await, 0);
    assert_eq!(app.count("SELECT count(*) FROM deleted_conversations WHERE emptied_at IS NOT NULL").await, 1);
    assert_eq!(app.everything(bob, &other).await.len(), 2);

    purge(&db, now + 30 * DAY).await.unwrap();
    assert_eq!(app.count("SELECT count(*) FROM departures").await, 2);
    purge(&db, now + 32 * DAY).await.unwrap();
    assert_eq!(app.count("SELECT count(*) FROM departures").await, 0);
    assert_eq!(app.count("SELECT count(*) FROM deleted_conversations").await, 0);
}

#[tokio::test]
async fn every_member_of_a_large_room_hears_of_its_end() {
    let app = App::start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let place = app.make_room("Lobby", &[ada, bob]).await;
    let fill = "INSERT INTO members (conversation_id, user_id, role, joined_at, version)
                SELECT $1::uuid, gen_random_uuid(), 'member', now(), 1 FROM generate_series(1, 20000)";
    sqlx::query(fill).bind(&place).execute(&app.pool).await.unwrap();
    app.pretend_members(&place, 20_002).await;
    let (_ada_bus, mut for_ada) = app.listen(ada).await;
    let (_bob_bus, mut for_bob) = app.listen(bob).await;
    app.delete(ada, &place).await.unwrap();
    for subscription in [&mut for_ada, &mut for_bob] {
        assert_eq!(hear(subscription, 1).await, heard(&[(1, "gone deleted")]));
    }
    assert_eq!(app.count("SELECT count(*) FROM departures").await, 20_002);
    assert_eq!(app.count("SELECT count(*) FROM members").await, 0);
    pulse_testkit::eventually(crate::app::SOON, || async { (app.outbox().await == 0).then_some(()) })
        .await
        .unwrap();
}
