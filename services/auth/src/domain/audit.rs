//! The audit log: what happened to accounts and keys, each entry chained to the one before.
//!
//! An entry's hash is an HMAC over its fields and the hash before it, under a key derived from the sealing key: whoever has
//! the database alone can't recompute the chain. Where somebody was (ip, user agent) enters by a salted hash of its own, so
//! that it can be forgotten while the chain stays whole. Why so: docs/decisions/0006-audit-chain.md.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::{digest, hmac};
use pulse_types::{EventId, UserId};
use time::OffsetDateTime;

use crate::domain::sealing::{CryptoError, SealingKey, random};
use crate::domain::session::ClientInfo;

mod event;
mod verification;

pub use event::SecurityEvent;
pub use verification::{Breach, Report, Verification};

/// What the key of the chain is derived for.
const KEY_LABEL: &[u8] = b"pulse audit chain v1";
/// Bytes of a salt.
const SALT_BYTES: usize = 16;

/// What is to be written into the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Whose account it concerns; `None` when nobody is known or it is nobody's.
    pub user_id: Option<UserId>,
    /// What happened.
    pub event: SecurityEvent,
    /// Where from.
    pub client: ClientInfo,
}

/// HMAC-SHA-256 of an entry; that of the last one stands for the whole log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChainHash(pub [u8; 32]);

impl ChainHash {
    /// What the first entry follows.
    pub const START: Self = Self([0; 32]);

    /// The bytes, for the database.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Where the chain ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Position of the last entry; 0 while there is none.
    pub position: i64,
    /// Its hash.
    pub hash: ChainHash,
}

/// As an anchor that people note elsewhere: `<position>:<hash in hex>`.
impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.position)?;
        self.hash.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A text that is no anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an anchor is `<position>:<64 hexadecimal digits>`, as an earlier verification gave it")]
pub struct InvalidAnchor;

impl FromStr for Head {
    type Err = InvalidAnchor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (position, hex) = text.trim().split_once(':').ok_or(InvalidAnchor)?;
        let position = position.parse().ok().filter(|position| *position > 0).ok_or(InvalidAnchor)?;
        if hex.len() != 64 || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(InvalidAnchor);
        }
        let mut hash = [0; 32];
        for (byte, digits) in hash.iter_mut().zip(hex.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| InvalidAnchor)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| InvalidAnchor)?;
        }
        Ok(Self { position, hash: ChainHash(hash) })
    }
}

/// Where somebody was, as long as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// Keeps others from guessing the rest by its hash.
    pub salt: Vec<u8>,
    /// May be empty.
    pub ip: String,
    /// May be empty.
    pub user_agent: String,
}

impl Details {
    /// The details of a request, with a new salt.
    ///
    /// # Errors
    /// [`CryptoError::Random`] when the system has no random bytes.
    pub fn new(client: ClientInfo) -> Result<Self, CryptoError> {
        let salt: [u8; SALT_BYTES] = random()?;
        Ok(Self { salt: salt.to_vec(), ip: client.ip, user_agent: client.user_agent })
    }

    /// SHA-256 of them: what stays when they are forgotten.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let mut context = digest::Context::new(&digest::SHA256);
        for part in [&self.salt[..], self.ip.as_bytes(), self.user_agent.as_bytes()] {
            context.update(&length(part));
            context.update(part);
        }
        let mut hash = [0; 32];
        // SHA-256 gives 32 bytes.
        hash.copy_from_slice(context.finish().as_ref());
        hash
    }
}

/// An entry as the person it concerns sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenEvent {
    /// Where it stands in the chain.
    pub position: i64,
    /// Its own id.
    pub event_id: EventId,
    /// As in [`SecurityEvent::as_str`].
    pub event: String,
    /// When.
    pub created_at: OffsetDateTime,
    /// Empty when it is not known or was forgotten.
    pub ip: String,
    /// Empty when it is not known or was forgotten.
    pub user_agent: String,
}

/// An entry as it is stored: whatever the row says, right or not. Its hash may be anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainEntry {
    /// Dense, from 1.
    pub position: i64,
    /// Its own id.
    pub event_id: EventId,
    /// As in [`AuditEntry`].
    pub user_id: Option<UserId>,
    /// As in [`SecurityEvent::as_str`].
    pub event: String,
    /// When, to the microsecond: all that the table holds.
    pub created_at: OffsetDateTime,
    /// `None` once forgotten.
    pub details: Option<Details>,
    /// [`Details::hash`].
    pub details_hash: Vec<u8>,
    /// Hash of the entry before.
    pub previous_hash: Vec<u8>,
    /// [`AuditKey::hash`].
    pub hash: Vec<u8>,
}

/// Chains entries. It prints nothing.
#[derive(Clone)]
pub struct AuditKey(hmac::Key);

impl fmt::Debug for AuditKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditKey(..)")
    }
}

impl AuditKey {
    /// The key of the chain that belongs to a sealing key.
    #[must_use]
    pub fn derive(sealing_key: &SealingKey) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &sealing_key.derive(KEY_LABEL)))
    }

    /// The hash of an entry, over every field but the details themselves and the hash that it claims. Each part is written
    /// behind its length, so that no two entries are written alike.
    #[must_use]
    pub fn hash(&self, entry: &ChainEntry) -> ChainHash {
        let user_id = entry.user_id.map(|user_id| *user_id.as_uuid().as_bytes());
        let created_at = entry.created_at.unix_timestamp_nanos() / 1000;
        let mut context = hmac::Context::with_key(&self.0);
        for part in [
            &entry.position.to_be_bytes()[..],
            entry.event_id.as_uuid().as_bytes(),
            user_id.as_ref().map_or(&[], |bytes| &bytes[..]),
            entry.event.as_bytes(),
            &created_at.to_be_bytes(),
            &entry.details_hash,
            &entry.previous_hash,
        ] {
            context.update(&length(part));
            context.update(part);
        }
        let mut hash = [0; 32];
        // HMAC-SHA-256 gives 32 bytes.
        hash.copy_from_slice(context.sign().as_ref());
        ChainHash(hash)
    }
}

fn length(part: &[u8]) -> [u8; 8] {
    u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_read_back_and_garbage_is_not() {
        let head = Head { position: 12, hash: ChainHash([0xab; 32]) };
        assert_eq!(head.to_string().parse(), Ok(head));
        for garbage in [
            "",
            "12",
            "12:",
            "0:ab",
            "x:00",
            &format!("0:{}", "0".repeat(64)),
            &format!("1:{}", "+f".repeat(32)),
        ] {
            assert_eq!(garbage.parse::<Head>(), Err(InvalidAnchor), "{garbage}");
        }
    }
}
