//! Changing a username, and what becomes of the old one.

use std::time::Duration;

use pulse_events::consume::{self, ConsumerSpec};
use pulse_events::{Bus, EventType, streams, subjects};
use pulse_proto::auth::v1::AccountRenamed;
use pulse_rpc::{Failure, Reason};
use pulse_runtime::{Readiness, Shutdown};
use pulse_testkit::Nats;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::account_service::principal;
use crate::support::{Auth, PASSWORD, account, faults, registration};

#[tokio::test]
async fn the_new_name_signs_in_and_the_old_one_is_kept_for_its_former_owner() {
    let auth = Auth::start().await;
    let ada = auth.register("ada").await;
    let grace = auth.register("grace").await;
    let renamed = auth.change_username(&ada, " Countess ").await.unwrap();
    assert_eq!(renamed.username, "countess");
    auth.login("countess", PASSWORD).await.unwrap();
    assert_eq!(auth.login("ada", PASSWORD).await.unwrap_err().reason, Reason::InvalidCredentials);

    let taken = |failure: &Failure| {
        assert_eq!(failure.reason, Reason::UsernameTaken);
        assert_eq!(faults(failure), [("username", "taken")]);
    };
    taken(&auth.change_username(&grace, "ada").await.unwrap_err());
    taken(&auth.try_register(registration("ADA")).await.unwrap_err());
    taken(&auth.change_username(&grace, "countess").await.unwrap_err());
    // Free for its former owner at once; then the other one is kept.
    auth.change_username(&ada, "ada").await.unwrap();
    taken(&auth.change_username(&grace, "countess").await.unwrap_err());
    auth.change_username(&ada, "countess").await.unwrap();
    auth.advance(30 * 24 * 3600 - 1);
    taken(&auth.try_register(registration("ada")).await.unwrap_err());
    auth.advance(1);
    auth.try_register(registration("ada")).await.unwrap();
    taken(&auth.change_username(&ada, "ada").await.unwrap_err());
    assert!(auth.history(&ada).await.contains(&"account.renamed".to_owned()));
}

#[tokio::test]
async fn the_present_name_changes_nothing_and_a_bad_one_is_refused() {
    let auth = Auth::start().await;
    let ada = auth.register("ada").await;
    let before = auth.history(&ada).await;
    assert_eq!(auth.change_username(&ada, "ADA").await.unwrap().username, "ada");
    let failure = auth.change_username(&ada, "a..b").await.unwrap_err();
    assert_eq!(faults(&failure), [("username", "invalid")]);
    assert_eq!(auth.history(&ada).await, before);
}

#[tokio::test]
async fn of_many_who_want_one_name_at_once_one_gets_it() {
    let auth = Auth::start().await;
    let mut tasks = JoinSet::new();
    for n in 0..8 {
        let grant = auth.register(&format!("person{n}")).await;
        let mut client = auth.accounts();
        let request =
            pulse_proto::auth::v1::ChangeUsernameRequest { username: "ada".to_owned(), client: None };
        let request = principal(&grant).request(request);
        tasks.spawn(async move { client.change_username(request).await.map_err(crate::support::reason_of) });
    }
    let (made, refused): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!(made.len(), 1);
    assert!(refused.into_iter().all(|result| result.unwrap_err() == Reason::UsernameTaken));
}

#[tokio::test]
async fn a_rename_is_told_with_its_time() {
    let nats = Nats::start().await.unwrap();
    let auth = Auth::start_with(|world| world.nats_url = nats.url().to_owned()).await;
    let ada = auth.register("ada").await;
    let shutdown = Shutdown::new(Duration::from_secs(1));
    let bus = Bus::connect(nats.url(), "test", Readiness::default().check("nats", true)).await.unwrap();
    let user_id = principal(&ada).user_id;
    let mut inbox = bus.subscribe(subjects::user(user_id)).await.unwrap();
    let (sender, mut renames) = mpsc::unbounded_channel();
    let spec = ConsumerSpec {
        stream: streams::AUTH,
        durable: "test-renames",
        subject: subjects::EVERY_ACCOUNT_RENAMED,
    };
    let handler = move |event: pulse_events::Event| {
        let sent = sender.send(event);
        async move { Ok(sent?) }
    };
    consume::spawn(bus, spec, handler, &shutdown);

    let mut last = None;
    // The clock stands still, and the order of renames is told all the same.
    for name in ["countess", "ada"] {
        auth.change_username(&ada, name).await.unwrap();
        let event = tokio::time::timeout(Duration::from_secs(15), renames.recv()).await.unwrap().unwrap();
        let told: AccountRenamed = event.decode().unwrap();
        assert_eq!((told.user_id.as_str(), told.username.as_str()), (account(&ada).user_id.as_str(), name));
        let at = told.renamed_at.map(|at| (at.seconds, at.nanos));
        assert!(at > last, "{at:?} after {last:?}");
        last = at;
    }
    assert_eq!(inbox.next().await.unwrap().event_type, EventType::MeChanged);
    shutdown.finish().await;
}
