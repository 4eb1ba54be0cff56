//! What this service does, one function for each operation; each opens and commits its own transactions.

use std::sync::Arc;
use std::time::Duration;

use pulse_events::{Bus, Event, OutboxEntry, RelayHandle};
use pulse_types::clock::to_millisecond;
use pulse_types::{Clock, CursorKey};
use time::OffsetDateTime;
use tokio::sync::Notify;

use crate::clients::holders::Holders;
use crate::clients::oidc::Providers;
use crate::clients::social_graph::SocialGraph;
use crate::domain::audit::AuditKey;
use crate::domain::event::DomainEvent;
use crate::domain::sealing::SealingKey;
use crate::domain::signing_key::SigningKeys;
use crate::hashing::HashingPool;
use crate::mailing::Mailing;
use crate::ops::signing_key::Reading;
use crate::store::{self, Conn, Db, StoreError};

pub mod account;
pub mod audit;
pub mod code;
pub mod delivery;
pub mod email;
pub mod erasure;
pub mod export;
pub mod factor;
pub mod grant;
pub mod guard;
pub mod housekeeping;
pub mod identity;
pub mod mail;
pub mod mfa;
pub mod oauth_code;
pub mod oauth_flow;
pub mod password;
pub mod reauthentication;
pub mod refresh;
pub mod role;
pub mod session;
pub mod sign_in;
pub mod signing_key;
pub mod username;

/// What the operations work with.
#[derive(Clone)]
pub struct Parts {
    /// The database.
    pub db: Db,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Hashes passwords.
    pub hashing: HashingPool,
    /// Sign access tokens.
    pub signing_keys: SigningKeys,
    /// How they are read again.
    pub key_reading: Arc<Reading>,
    /// Seals what is secret in the database.
    pub sealing_key: SealingKey,
    /// Chains the audit log.
    pub audit_key: AuditKey,
    /// Seals the cursors of lists.
    pub cursor_key: CursorKey,
    /// Writes an event as it travels.
    pub encode: fn(&DomainEvent, &dyn Clock) -> Outgoing,
    /// Held by the one call that sets a password by the link of a mail.
    pub resetting: Arc<tokio::sync::Mutex<()>>,
    /// Writes and sends mails.
    pub mailing: Mailing,
    /// Publishes what the outbox holds.
    pub relay: RelayHandle,
    /// Forgets what streams hold of a person.
    pub bus: Bus,
    /// Forget people, and tell what they hold on them.
    pub holders: Holders,
    /// Wake what works in the background.
    pub wakers: Wakers,
    /// Makes profiles.
    pub social_graph: SocialGraph,
    /// Outside providers.
    pub providers: Providers,
    /// How long things live.
    pub lifetimes: Lifetimes,
    /// Whether accounts can be made.
    pub allowed_signup: bool,
    /// `iss` of access tokens: the public URL.
    pub issuer: String,
}

/// Tell those who work in the background that there is something to do, so that they need not wait for their next look.
#[derive(Debug, Clone, Default)]
pub struct Wakers {
    /// An account is to be erased.
    pub erasures: Arc<Notify>,
    /// An export is to be made.
    pub exports: Arc<Notify>,
}

/// How long things live.
#[derive(Debug, Clone, Copy)]
pub struct Lifetimes {
    /// An access token, at most.
    pub access_token: Duration,
    /// A session that is not to be remembered.
    pub session: Duration,
    /// How long a signing key signs before another takes over; `None`: until an operator says so.
    pub signing_key: Option<Duration>,
    /// A session that nobody refreshes.
    pub session_idle: Duration,
}

/// An event as it travels, with where it goes.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// At least one.
    pub subjects: Vec<String>,
    /// What goes there.
    pub event: Event,
}

impl Parts {
    /// Now, as precise as what is stored and answered.
    fn now(&self) -> OffsetDateTime {
        to_millisecond(self.clock.now())
    }

    /// Writes an event into the transaction of its change. Offer it to the relay after the commit.
    async fn record(&self, conn: &mut Conn, event: &DomainEvent) -> Result<OutboxEntry, StoreError> {
        let Outgoing { subjects, event } = (self.encode)(event, &*self.clock);
        store::outbox::insert(conn, subjects, event).await
    }
}
