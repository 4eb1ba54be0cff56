//! Shares what users sent with the other gateways, beside the sends and never in their way: a send is let through by what is
//! known here, told to the others a moment later, and what they let through is heard with the answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use pulse_runtime::Shutdown;
use pulse_types::UserId;
use tokio::sync::mpsc;

use crate::cache::sends::Sends;
use crate::limits::messages::{Messages, WINDOW};

/// Users whose sends wait to be told. When it is full they are told with their next send.
const WAITING_MAX: usize = 8192;
/// Exchanges under way at once; they share one connection and travel together.
const AT_ONCE: usize = 64;
/// Between two rounds, so that what comes close together is told together.
const ROUND: Duration = Duration::from_millis(2);

/// Where users are named whose sends are to be told.
#[derive(Clone)]
pub struct Sharing {
    sends: Sends,
    waiting: mpsc::Sender<UserId>,
}

impl Sharing {
    /// What is to be run, and where users are named.
    #[must_use]
    pub fn new(sends: Sends) -> (Self, mpsc::Receiver<UserId>) {
        let (waiting, named) = mpsc::channel(WAITING_MAX);
        (Self { sends, waiting }, named)
    }

    /// Whether the others can be told.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.sends.is_up()
    }

    /// Names a user who sent something.
    pub fn tell(&self, user_id: UserId) {
        // Told with the next send when there is no room.
        let _ = self.waiting.try_send(user_id);
    }

    /// Tells the others of a user, and hears of theirs. While Redis is away nothing happens.
    pub async fn exchange(&self, messages: &Messages, user_id: UserId) {
        let told = messages.news(user_id, Instant::now());
        match self.sends.exchange(user_id, WINDOW, &told).await {
            Ok(all) => messages.learn(user_id, &all, Instant::now()),
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "sends are counted alone");
            }
        }
    }
}

/// Exchanges until the shutdown begins, as a task of it.
pub fn spawn(
    messages: Arc<Messages>,
    sharing: Sharing,
    mut named: mpsc::Receiver<UserId>,
    shutdown: &Shutdown,
) {
    let begun = shutdown.token();
    shutdown.spawn("limits.sharing", async move {
        let mut users = Vec::new();
        loop {
            tokio::select! {
                count = named.recv_many(&mut users, WAITING_MAX) => if count == 0 { return },
                () = begun.cancelled() => return,
            }
            users.sort_unstable();
            users.dedup();
            let exchanges = users.drain(..).map(|user_id| sharing.exchange(&messages, user_id));
            futures_util::stream::iter(exchanges).buffer_unordered(AT_ONCE).collect::<()>().await;
            tokio::time::sleep(ROUND).await;
        }
    });
}
