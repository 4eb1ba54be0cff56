//! A fault of ours while a request is under way: whoever asked is told so, and nobody else notices.
//!
//! Nothing that a client sends brings one about, so the fault is put where the process meets what is around it: its log can't be
//! written in that moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pulse_client::{Error, Socket};
use pulse_gateway::domain::certainty::Times;
use serde_json::json;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{Interest, Subscriber};
use tracing::{Event, Metadata};

use crate::beside::Beside;

const NOWHERE: &str = "0190a5c6-7c1f-7000-8000-000000000001";
const AT_ONCE: Duration = Duration::from_secs(2);

/// A log of refusals that fails the next time it is written to, when it is told so.
struct Log {
    fails: Arc<AtomicBool>,
}

impl Subscriber for Log {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.enabled(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && metadata.target() == "pulse_rpc::failure"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        if self.fails.swap(false, Ordering::SeqCst) {
            // Past the panic hook: with RUST_BACKTRACE it would hold up the gateway's only thread for seconds.
            std::panic::resume_unwind(Box::new("the log can't be written"));
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Asks for something that is refused, and so written to the log; the code of the refusal.
async fn refused(socket: &Socket) -> Result<String, Error> {
    let nowhere = json!({"conversation_id": NOWHERE, "after": 0});
    match socket.request("conversation.changes", nowhere).await {
        Err(Error::Refused(problem)) => Ok(problem.code),
        Err(error) => Err(error),
        Ok(answer) => panic!("{answer:?}"),
    }
}

#[tokio::test]
async fn a_fault_closes_the_socket_that_waits_for_its_answer_with_1011_and_no_other() -> anyhow::Result<()> {
    let fails = Arc::new(AtomicBool::new(false));
    // The gateway runs on this thread.
    let _log = tracing::subscriber::set_default(Log { fails: Arc::clone(&fails) });
    let beside = Beside::start(Times::default()).await?;
    let ada = beside.sign_up("ada").await?;
    let mut meets_it = Socket::connect(&beside.url, &ada.session.access_token, "").await?;
    let mut beside_it = Socket::connect(&beside.url, &ada.session.access_token, "").await?;
    assert_eq!(refused(&meets_it).await?, "not_found", "as long as all is well");

    fails.store(true, Ordering::SeqCst);
    let lost = tokio::time::timeout(AT_ONCE, refused(&meets_it)).await?;
    let reason = "something went wrong on our side; reconnect later";
    assert!(
        matches!(&lost, Err(Error::Closed { code: Some(1011), reason: told }) if told == reason),
        "nobody waits for ever: {lost:?}"
    );
    assert!(!fails.load(Ordering::SeqCst), "it was that fault");
    assert_eq!(meets_it.wait_closed().await, Some(1011));

    // Neither the other socket nor the next one has anything of it.
    assert_eq!(refused(&beside_it).await?, "not_found");
    let again = Socket::connect(&beside.url, &ada.session.access_token, "").await?;
    assert_eq!(refused(&again).await?, "not_found");
    assert!(tokio::time::timeout(Duration::from_millis(300), beside_it.wait_closed()).await.is_err());
    Ok(())
}
