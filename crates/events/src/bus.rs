//! The connection to NATS: opened in the background, reopened for ever, and always telling whether it is up.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::client::RequestErrorKind;
use async_nats::{Client, ConnectOptions, Event as ClientEvent, ServerAddr, Statistics};
use bytes::Bytes;
use futures_util::StreamExt as _;
use pulse_runtime::Check;
use tokio::sync::watch;
use tokio::time::timeout;

/// Longest pause between two attempts to reconnect.
const RECONNECT_DELAY_MAX: Duration = Duration::from_secs(2);
const PING_INTERVAL: Duration = Duration::from_secs(5);
/// How long the server may take to confirm before it is asked again.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(2);
/// How soon it is looked again whether the server is back.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// Commands that wait for the wire. When it is full, publishing waits; publishers refuse while disconnected instead.
const CLIENT_CAPACITY: usize = 16_384;
/// Messages that wait for a subscriber. When it is full NATS's client drops and tells; positions heal that.
const SUBSCRIPTION_CAPACITY: usize = 65_536;

/// A subject of no listener: a question to it comes back at once, when the server has taken all that was sent before.
const NOBODY: &str = "pulse.v1.nobody";

/// A connection to NATS. Clones share it.
#[derive(Debug, Clone)]
pub struct Bus {
    client: Client,
    connections: watch::Receiver<u64>,
    statistics: Arc<Statistics>,
}

/// The bus can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The address is no NATS address.
    #[error("the NATS address can't be used")]
    Connect(#[from] async_nats::ConnectError),
    /// The subscription was not taken.
    #[error("NATS did not take the subscription")]
    Subscribe(#[from] async_nats::SubscribeError),
    /// The message was not sent.
    #[error("NATS did not take the message")]
    Publish(#[from] async_nats::PublishError),
    /// There is no connection just now.
    #[error("not connected to NATS")]
    Away,
    /// What was sent was not confirmed.
    #[error("NATS did not confirm what it was sent")]
    Flush(#[from] async_nats::client::FlushError),
    /// The server did not answer a question.
    #[error("NATS did not answer")]
    Request(#[from] async_nats::RequestError),
}

/// Messages of one subject, until it is dropped.
#[derive(Debug)]
pub struct Subscription(async_nats::Subscriber);

impl Bus {
    /// Begins to connect and returns at once; `check` follows the state.
    ///
    /// # Errors
    /// [`BusError::Connect`] when the address can't be parsed. A server that is down is no error.
    pub async fn connect(url: &str, name: &str, check: Check) -> Result<Self, BusError> {
        let (connected, connections) = watch::channel(0);
        let on_event = move |event| {
            match event {
                ClientEvent::Connected => {
                    check.up();
                    connected.send_modify(|count| *count += 1);
                }
                ClientEvent::Disconnected | ClientEvent::Closed => check.down("not connected"),
                other => tracing::warn!(event = %other, "NATS tells"),
            }
            std::future::ready(())
        };
        let options = match credentials(url) {
            Some((user, password)) => ConnectOptions::with_user_and_password(user, password),
            None => ConnectOptions::new(),
        };
        let client = options
            .name(name)
            .retry_on_initial_connect()
            .max_reconnects(None)
            .reconnect_delay_callback(reconnect_delay)
            .ping_interval(PING_INTERVAL)
            .client_capacity(CLIENT_CAPACITY)
            .subscription_capacity(SUBSCRIPTION_CAPACITY)
            .event_callback(on_event)
            .connect(url)
            .await?;
        let statistics = client.statistics();
        Ok(Self { client, connections, statistics })
    }

    /// Whether the connection is up now.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.client.connection_state() == async_nats::connection::State::Connected
    }

    /// Counts the times the connection came up: 1 is the first, each further one may have missed something.
    #[must_use]
    pub fn connections(&self) -> watch::Receiver<u64> {
        self.connections.clone()
    }

    /// The number of the present connection, or of the last one while there is none: it has changed before anything that
    /// comes over a new connection is handed on, and [`Bus::connections`] tells of it a little later.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.statistics.connects.load(Ordering::Relaxed)
    }

    /// Listens to a subject. When it returns, the server has the subscription: whatever is published from then on arrives.
    ///
    /// # Errors
    /// [`BusError`] when the server can't be reached.
    pub async fn subscribe(&self, subject: String) -> Result<Subscription, BusError> {
        let subscriber = self.client.subscribe(subject).await?;
        self.confirm().await?;
        Ok(Subscription(subscriber))
    }

    /// Waits until the server has taken all that was sent to it before; while it is away, until it is back and has.
    ///
    /// # Errors
    /// [`BusError`] when the connection is closed for good.
    pub async fn confirm(&self) -> Result<(), BusError> {
        let mut connections = self.connections();
        loop {
            connections.borrow_and_update();
            if !self.is_connected() {
                // Questions would only queue up; the state is looked at again in case its change was told before.
                let _ = timeout(LOOK_AGAIN, connections.changed()).await;
                continue;
            }
            match timeout(CONFIRM_TIMEOUT, self.client.request(NOBODY, Bytes::new())).await {
                Ok(Ok(_)) => return Ok(()),
                Ok(Err(error)) => match error.kind() {
                    RequestErrorKind::NoResponders => return Ok(()),
                    RequestErrorKind::TimedOut => {}
                    _ => return Err(error.into()),
                },
                // The connection broke meanwhile, or it is silent: asked again.
                Err(_) => {}
            }
        }
    }

    /// The client, for the other files of this crate.
    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }
}

/// Name and password of the address: NATS's client ignores them there.
fn credentials(url: &str) -> Option<(String, String)> {
    let address: ServerAddr = url.split(',').next()?.trim().parse().ok()?;
    Some((address.username()?.to_owned(), address.password()?.to_owned()))
}

impl Subscription {
    /// The next message that is an event; others are logged and skipped. `None` once the subscription has ended.
    pub async fn next(&mut self) -> Option<crate::Event> {
        loop {
            let message = self.0.next().await?;
            match crate::Event::read(&message) {
                Ok(event) => return Some(event),
                Err(error) => tracing::debug!(%error, "skipped a message of the bus"),
            }
        }
    }
}

/// 50 ms, doubled up to the longest pause.
fn reconnect_delay(attempts: usize) -> Duration {
    let factor = 1_u32.checked_shl(u32::try_from(attempts).unwrap_or(u32::MAX)).unwrap_or(u32::MAX);
    Duration::from_millis(50).saturating_mul(factor).min(RECONNECT_DELAY_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_grows_to_its_longest_and_stays() {
        assert_eq!(reconnect_delay(0), Duration::from_millis(50));
        assert_eq!(reconnect_delay(3), Duration::from_millis(400));
        assert_eq!(reconnect_delay(31), RECONNECT_DELAY_MAX);
        assert_eq!(reconnect_delay(usize::MAX), RECONNECT_DELAY_MAX);
    }
}
