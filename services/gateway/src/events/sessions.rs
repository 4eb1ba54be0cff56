//! Sessions that ended: their sockets are closed. Heard live, not from the stream: whoever was not connected then has no
//! socket to close, and a new one needs a token of a living session.

use std::time::Duration;

use pulse_events::{Bus, Event, EventType, subjects};
use pulse_proto::auth::v1 as auth;
use pulse_runtime::Shutdown;
use pulse_types::{SessionId, UserId};

/// How soon a failed subscription is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Tells `ended` of each session that ends, as a task of `shutdown`.
pub fn watch(bus: Bus, shutdown: &Shutdown, ended: impl Fn(UserId, SessionId) + Send + Sync + 'static) {
    let begun = shutdown.token();
    shutdown.spawn("events.sessions", async move {
        tokio::select! {
            () = listen(&bus, &ended) => {}
            () = begun.cancelled() => {}
        }
    });
}

async fn listen(bus: &Bus, ended: &(impl Fn(UserId, SessionId) + Sync)) {
    loop {
        match bus.subscribe(subjects::SESSION_ENDED.to_owned()).await {
            Ok(mut subscription) => {
                while let Some(event) = subscription.next().await {
                    match read(&event) {
                        Some((user_id, session_id)) => ended(user_id, session_id),
                        None => tracing::warn!(event.id = %event.event_id, "skipped an event of a session"),
                    }
                }
            }
            Err(error) => tracing::debug!(%error, "can't listen to ended sessions yet"),
        }
        tokio::time::sleep(RETRY_AFTER).await;
    }
}

fn read(event: &Event) -> Option<(UserId, SessionId)> {
    if event.event_type != EventType::SessionEnded {
        return None;
    }
    let payload: auth::SessionEnded = event.decode().ok()?;
    Some((payload.user_id.parse().ok()?, payload.session_id.parse().ok()?))
}
