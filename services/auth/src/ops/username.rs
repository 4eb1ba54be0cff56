//! Another username: the old one is its former owner's alone for a while.

use std::time::Duration;

use crate::domain::account::{Account, Username};
use crate::domain::audit::{AuditEntry, SecurityEvent};
use crate::domain::event::{AccountRenamed, DomainEvent};
use crate::domain::fault::Fault;
use crate::domain::session::Caller;
use crate::ops::{Parts, audit};
use crate::store::{self, StoreError};
use pulse_types::UserId;

/// How long a username that was given up is kept from others (contract section 3).
pub const RELEASED_FOR: Duration = Duration::from_secs(30 * 24 * 3600);

/// Why an account kept its username.
#[derive(Debug, thiserror::Error)]
pub enum RenameError {
    /// It is no username.
    #[error("the username is not valid")]
    Invalid(Fault),
    /// Somebody else has it, or gave it up not long ago.
    #[error("the username {0} is taken")]
    Taken(String),
    /// There is no such account.
    #[error("no account {0}")]
    Unknown(UserId),
    /// The database failed.
    #[error("the username can't be stored")]
    Store(#[from] StoreError),
}

/// Gives the caller another username; their present one changes nothing. The profile is renamed before this returns; if that
/// fails, the event that was committed with the change does it later.
///
/// # Errors
/// [`RenameError`]; then nothing has changed.
#[tracing::instrument(name = "account.rename", skip_all)]
pub async fn change(parts: &Parts, caller: &Caller, typed: &str) -> Result<Account, RenameError> {
    let username = Username::parse(typed).map_err(RenameError::Invalid)?;
    let user_id = caller.user_id;
    let now = parts.now();
    let mut tx = parts.db.begin().await?;
    let account = store::account::lock(&mut tx, user_id).await?.ok_or(RenameError::Unknown(user_id))?;
    if account.username == username.as_str() {
        return Ok(account);
    }
    let taken = || RenameError::Taken(username.as_str().to_owned());
    let renamed_at = store::account::rename(&mut tx, user_id, &username, now).await?.ok_or_else(taken)?;
    // After the change: whoever gave the name up beside us has committed by now.
    if store::released_username::is_kept_from(&mut tx, &username, Some(user_id), now).await? {
        return Err(taken());
    }
    store::released_username::delete(&mut tx, &username).await?;
    store::released_username::release(&mut tx, &account.username, Some(user_id), now + RELEASED_FOR).await?;
    let renamed = AccountRenamed { user_id, username, renamed_at };
    let entries = vec![
        parts.record(&mut tx, &DomainEvent::AccountRenamed(renamed.clone())).await?,
        parts.record(&mut tx, &DomainEvent::MeChanged { user_id }).await?,
    ];
    let account = store::account::find(&mut tx, user_id).await?.ok_or(RenameError::Unknown(user_id))?;
    let event = SecurityEvent::AccountRenamed;
    audit::record(
        parts,
        &mut tx,
        AuditEntry { user_id: Some(user_id), event, client: caller.client.clone() },
    )
    .await?;
    tx.commit().await?;

    parts.relay.offer(entries);
    if let Err(failure) = parts.social_graph.rename_profile(&renamed).await {
        tracing::warn!(user.id = %user_id, error = %failure, "the profile will be renamed from the event");
    }
    Ok(account)
}
