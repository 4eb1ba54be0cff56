//! What auth tells the others.

use std::time::Duration;

use pulse_events::consume::{self, ConsumerSpec};
use pulse_events::{Bus, Event, EventType, streams, subjects};
use pulse_proto::auth::v1::logout_request::Target;
use pulse_proto::auth::v1::{AccountRegistered, RegisterRequest, SessionEnded};
use pulse_runtime::{Readiness, Shutdown};
use pulse_testkit::{Nats, eventually};
use tokio::sync::mpsc;

use crate::support::{Auth, account, registration};

/// Hears the events of one subject from the stream.
async fn listen(
    nats_url: &str,
    subject: &'static str,
    shutdown: &Shutdown,
) -> mpsc::UnboundedReceiver<Event> {
    let bus = Bus::connect(nats_url, "test", Readiness::default().check("nats", true)).await.unwrap();
    let (sender, receiver) = mpsc::unbounded_channel();
    let spec = ConsumerSpec { stream: streams::AUTH, durable: "test-listener", subject };
    let handler = move |event| {
        let sent = sender.send(event);
        async move { Ok(sent?) }
    };
    consume::spawn(bus, spec, handler, shutdown);
    receiver
}

async fn next(events: &mut mpsc::UnboundedReceiver<Event>) -> Event {
    tokio::time::timeout(Duration::from_secs(15), events.recv()).await.unwrap().unwrap()
}

async fn outbox_is_empty(auth: &Auth) {
    let pool = auth.pool().await;
    let ask = || async {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM outbox").fetch_one(&pool).await.unwrap();
        (count == 0).then_some(())
    };
    eventually(Duration::from_secs(15), ask).await.unwrap();
}

#[tokio::test]
async fn a_registration_and_the_end_of_a_session_are_told() {
    let nats = Nats::start().await.unwrap();
    let auth = Auth::start_with(|world| world.nats_url = nats.url().to_owned()).await;
    let shutdown = Shutdown::new(Duration::from_secs(1));
    let mut registrations = listen(nats.url(), subjects::EVERY_ACCOUNT_REGISTERED, &shutdown).await;
    let request = RegisterRequest { display_name: Some(" Ada L. ".to_owned()), ..registration("ada") };
    let grant = auth.try_register(request).await.unwrap();
    let event = next(&mut registrations).await;
    assert_eq!(event.event_type, EventType::AccountRegistered);
    let told: AccountRegistered = event.decode().unwrap();
    assert_eq!(told.user_id, account(&grant).user_id);
    assert_eq!((told.username.as_str(), told.display_name.as_str()), ("ada", "Ada L."));
    assert_eq!(told.registered_at, account(&grant).created_at);

    let bus = Bus::connect(nats.url(), "test", Readiness::default().check("nats", true)).await.unwrap();
    let mut ends = bus.subscribe(subjects::SESSION_ENDED.to_owned()).await.unwrap();
    auth.logout(Target::SessionId(grant.session_id.clone())).await.unwrap();
    let told: SessionEnded = ends.next().await.unwrap().decode().unwrap();
    assert_eq!((&told.session_id, &told.user_id), (&grant.session_id, &account(&grant).user_id));

    let stolen = auth.login("ada", crate::support::PASSWORD).await.unwrap();
    let second = auth.refresh(&stolen.refresh_token).await.unwrap();
    auth.refresh(&second.refresh_token).await.unwrap();
    auth.refresh(&stolen.refresh_token).await.unwrap_err();
    let told: SessionEnded = ends.next().await.unwrap().decode().unwrap();
    assert_eq!(told.session_id, stolen.session_id);
    outbox_is_empty(&auth).await;
    shutdown.finish().await;
}

#[tokio::test]
async fn while_nats_is_away_people_register_and_the_event_comes_later() {
    let mut nats = Nats::start().await.unwrap();
    let auth = Auth::start_with(|world| world.nats_url = nats.url().to_owned()).await;
    auth.register("ada").await;
    outbox_is_empty(&auth).await;

    nats.stop().await;
    let grant = auth.register("grace").await;
    nats.start_again().await.unwrap();
    let shutdown = Shutdown::new(Duration::from_secs(1));
    let mut registrations = listen(nats.url(), subjects::EVERY_ACCOUNT_REGISTERED, &shutdown).await;
    let mut heard = Vec::new();
    while !heard.contains(&account(&grant).user_id) {
        heard.push(next(&mut registrations).await.decode::<AccountRegistered>().unwrap().user_id);
    }
    outbox_is_empty(&auth).await;
    shutdown.finish().await;
}
