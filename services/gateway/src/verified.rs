//! Whose address is verified, where that is needed to send, follow and begin conversations (contract section 3). auth knows;
//! a verified account stays so, an unverified one is asked about again soon.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use pulse_rpc::{Failure, Reason};
use pulse_types::UserId;

use crate::clients::Auth;

/// How long an unverified account is not asked about again.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(3);
/// People that are remembered; beyond that all are forgotten and asked about anew.
const REMEMBERED: usize = 1 << 17;

/// What is known of people's addresses.
pub struct VerifiedEmails {
    is_required: bool,
    auth: Auth,
    known: RwLock<HashMap<UserId, Known>>,
}

#[derive(Debug, Clone, Copy)]
enum Known {
    Verified,
    Unverified { since: Instant },
}

/// What can be told of a person without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They may.
    Verified,
    /// They may not, as far as is known.
    Unverified {
        /// Worth asking again, for the next time.
        is_old: bool,
    },
    /// Nobody has asked yet.
    Unknown,
}

impl VerifiedEmails {
    /// Nobody is known. Unless `is_required` everybody may.
    #[must_use]
    pub fn new(is_required: bool, auth: Auth) -> Self {
        Self { is_required, auth, known: RwLock::default() }
    }

    /// What is known of a person now.
    #[must_use]
    pub fn look_up(&self, user_id: UserId, now: Instant) -> Verdict {
        if !self.is_required {
            return Verdict::Verified;
        }
        match self.known.read().unwrap_or_else(PoisonError::into_inner).get(&user_id) {
            Some(Known::Verified) => Verdict::Verified,
            Some(Known::Unverified { since }) => {
                Verdict::Unverified { is_old: now.duration_since(*since) >= ASK_AGAIN_AFTER }
            }
            None => Verdict::Unknown,
        }
    }

    /// Asks auth when it must.
    ///
    /// # Errors
    /// `email_unverified`; `unavailable` when auth can't be reached and nothing is known.
    pub async fn require(&self, user_id: UserId) -> Result<(), Failure> {
        match self.look_up(user_id, Instant::now()) {
            Verdict::Verified => Ok(()),
            Verdict::Unverified { is_old: false } => Err(unverified()),
            Verdict::Unverified { is_old: true } | Verdict::Unknown => match self.ask(user_id).await? {
                true => Ok(()),
                false => Err(unverified()),
            },
        }
    }

    /// Asks auth and remembers the answer.
    ///
    /// # Errors
    /// `unavailable` when auth can't be reached.
    pub async fn ask(&self, user_id: UserId) -> Result<bool, Failure> {
        let is_verified = self.auth.account(user_id).await?.email_verified;
        self.note(user_id, is_verified, Instant::now());
        Ok(is_verified)
    }

    /// Remembers what was learnt on another way.
    pub fn note(&self, user_id: UserId, is_verified: bool, now: Instant) {
        if !self.is_required {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(user_id, if is_verified { Known::Verified } else { Known::Unverified { since: now } });
    }
}

/// What somebody without a verified address is told.
#[must_use]
pub fn unverified() -> Failure {
    Failure::new(
        Reason::EmailUnverified,
        "verify your address first; POST /v1/auth/email/resend mails a link",
    )
}
