//! One person whom sockets of this process watch: what is told of them, over the one subscription that all these sockets share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pulse_events::Bus;
use pulse_types::{ConnectionId, UserId};
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_util::sync::CancellationToken;

use crate::domain::{Presence, View};
use crate::events::presence as events;
use crate::presence::watcher::Watcher;
use crate::ws::frames::{self, Event};

/// How long a list waits for the bus to confirm its subscriptions.
const LISTEN_TIMEOUT: Duration = Duration::from_secs(2);
/// How soon a failed subscription is tried again.
const LISTEN_RETRY: Duration = Duration::from_millis(500);

/// A watched person.
#[derive(Debug)]
pub struct Person {
    /// Who.
    pub user_id: UserId,
    told: Mutex<Option<Told>>,
    watchers: Mutex<HashMap<ConnectionId, Arc<Watcher>>>,
    /// True once the bus has confirmed the subscription.
    confirmed: watch::Sender<bool>,
    stop: CancellationToken,
}

/// What is told of a person, with the one frame for all who may see them.
#[derive(Debug, Clone)]
pub struct Told {
    /// What is told.
    pub view: View,
    /// The same on the wire.
    pub frame: Utf8Bytes,
}

impl Person {
    /// Nothing is known of them, and nobody watches them yet.
    #[must_use]
    pub fn new(user_id: UserId) -> Self {
        Self {
            user_id,
            told: Mutex::default(),
            watchers: Mutex::default(),
            confirmed: watch::Sender::new(false),
            stop: CancellationToken::new(),
        }
    }

    /// What is told of them; `None` while it is not known.
    #[must_use]
    pub fn told(&self) -> Option<Told> {
        lock(&self.told).clone()
    }

    /// Takes what was heard or read of them, unless something newer is known; tells whether it is another one.
    pub fn take(&self, view: View) -> bool {
        let mut told = lock(&self.told);
        let is_known = told.as_ref().is_some_and(|told| told.view.revision >= view.revision);
        if !is_known {
            let frame = frames::event(&Event::PresenceUpdated(&view.presence));
            *told = Some(Told { view, frame });
        }
        !is_known
    }

    /// Nothing is known of them any more.
    pub fn forget(&self) {
        *lock(&self.told) = None;
    }

    /// Lets everybody who watches them know what is told now.
    pub fn tell(&self, sight: u64) {
        let watchers: Vec<_> = lock(&self.watchers).values().cloned().collect();
        for watcher in watchers {
            watcher.tell(self.user_id, sight);
        }
    }

    /// Somebody watches them. Once more changes nothing.
    pub(super) fn add(&self, watcher: &Arc<Watcher>) {
        lock(&self.watchers).insert(watcher.socket.connection_id, Arc::clone(watcher));
    }

    /// Somebody watches them no more; true when nobody is left. The subscription ends then.
    pub(super) fn remove(&self, connection_id: ConnectionId) -> bool {
        let mut watchers = lock(&self.watchers);
        watchers.remove(&connection_id);
        if watchers.is_empty() {
            self.stop.cancel();
        }
        watchers.is_empty()
    }

    /// Waits until what is published of them arrives here. While the bus is away nothing is waited for.
    pub async fn listening(&self, bus: &Bus) {
        if bus.is_connected() {
            let mut confirmed = self.confirmed.subscribe();
            // Late means away.
            let _ = tokio::time::timeout(LISTEN_TIMEOUT, confirmed.wait_for(|is| *is)).await;
        }
    }

    /// Hears of them until nobody watches them.
    pub(super) async fn listen(&self, bus: &Bus, mut heard: impl FnMut(View)) {
        let listen = async {
            loop {
                // Waits while the bus is away, and is heard as soon as it is back.
                match events::listen(bus, self.user_id).await {
                    Ok(mut subscription) => {
                        self.confirmed.send_replace(true);
                        while let Some(event) = subscription.next().await {
                            events::read(&event).into_iter().for_each(&mut heard);
                        }
                    }
                    Err(error) => tracing::debug!(%error, "can't listen to a person's presence yet"),
                }
                tokio::time::sleep(LISTEN_RETRY).await;
            }
        };
        tokio::select! {
            () = listen => {}
            () = self.stop.cancelled() => {}
        }
    }
}

impl Told {
    /// What is told.
    #[must_use]
    pub const fn presence(&self) -> Presence {
        self.view.presence
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
