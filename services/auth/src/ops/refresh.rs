//! Keeping a session going.

use pulse_types::SessionId;

use crate::domain::audit::{AuditEntry, SecurityEvent};
use crate::domain::sealing::CryptoError;
use crate::domain::secret::RefreshToken;
use crate::domain::session::{ClientInfo, FirstUse, Use, judge};
use crate::ops::grant::{self, Grant};
use crate::ops::{Parts, session};
use crate::store::{self, StoreError};

/// Why a session did not go on.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// No such token, or it is not of the session that was named.
    #[error("unknown refresh token")]
    Unknown,
    /// The session has ended, or this use ended it.
    #[error("session {0} has ended")]
    Ended(SessionId),
    /// The database failed.
    #[error("the refresh can't be stored")]
    Store(#[from] StoreError),
    /// Signing, sealing or randomness failed.
    #[error("the tokens can't be made")]
    Crypto(#[from] CryptoError),
}

/// A refresh token that a device sent.
pub struct Presented {
    /// The token.
    pub token: RefreshToken,
    /// The session it must belong to, if the device named one.
    pub session_id: Option<SessionId>,
    /// Where it came from.
    pub client: ClientInfo,
}

/// What one use of a refresh token came to; counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A new successor was made.
    Rotated,
    /// The same successor was given again.
    Repeated,
}

/// Exchanges a refresh token for its successor and a new access token. All uses of one session wait for one another, so of
/// any number at once exactly one makes a successor; the others get the same one, or end the session (see
/// [`crate::domain::session::judge`]).
///
/// # Errors
/// [`RefreshError`]. After [`RefreshError::Ended`] the session is over for good.
#[tracing::instrument(name = "session.refresh", skip_all)]
pub async fn refresh(parts: &Parts, presented: Presented) -> Result<(Grant, Outcome), RefreshError> {
    let token_hash = presented.token.hash();
    let mut tx = parts.db.begin().await?;
    let stored = store::refresh_token::find(&mut tx, &token_hash).await?.ok_or(RefreshError::Unknown)?;
    if presented.session_id.is_some_and(|named| named != stored.session_id) {
        return Err(RefreshError::Unknown);
    }
    let session = store::session::lock(&mut tx, stored.session_id).await?.ok_or(RefreshError::Unknown)?;
    let now = parts.now();
    if !session.is_live(parts.lifetimes.session_idle, now) {
        return Err(RefreshError::Ended(session.session_id));
    }
    // Again, now that nobody else can use it: it may have been used while we waited.
    let stored = store::refresh_token::find(&mut tx, &token_hash).await?.ok_or(RefreshError::Unknown)?;
    let is_successor_used = match &stored.first_use {
        Some(first) => store::refresh_token::find(&mut tx, &first.successor_hash)
            .await?
            .is_none_or(|successor| successor.first_use.is_some()),
        None => false,
    };
    let (successor, outcome) = match judge(stored.first_use.as_ref(), is_successor_used, now) {
        Use::First => {
            let successor = RefreshToken::generate()?;
            let first_use = FirstUse {
                used_at: now,
                successor_hash: successor.hash(),
                successor_sealed: presented.token.seal_successor(&successor)?,
            };
            store::refresh_token::insert(&mut tx, &first_use.successor_hash, session.session_id).await?;
            store::refresh_token::mark_used(&mut tx, &token_hash, &first_use).await?;
            (successor, Outcome::Rotated)
        }
        Use::Repeat(first) => (presented.token.open_successor(&first.successor_sealed)?, Outcome::Repeated),
        Use::Theft => {
            let session_id = session.session_id;
            tracing::warn!(session.id = %session_id, user.id = %session.user_id, "an old refresh token was used: the session ends");
            let event = SecurityEvent::SessionTokenReused;
            let entry = AuditEntry { user_id: Some(session.user_id), event, client: presented.client };
            session::end_locked(parts, tx, &session, entry).await?;
            return Err(RefreshError::Ended(session_id));
        }
    };
    store::session::touch(&mut tx, session.session_id, &presented.client, now).await?;
    let account = store::account::find(&mut tx, session.user_id).await?.ok_or(RefreshError::Unknown)?;
    let grant = grant::sign(parts, session, account, successor, now)?;
    tx.commit().await?;
    Ok((grant, outcome))
}
