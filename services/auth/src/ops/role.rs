//! Who is an operator.

use crate::domain::account::Username;
use crate::domain::audit::{AuditEntry, SecurityEvent};
use crate::domain::event::DomainEvent;
use crate::domain::session::ClientInfo;
use crate::ops::{Parts, audit};
use crate::store::{self, StoreError};

/// The one role there is: may look at the live connections of everybody.
const OPERATOR: &str = "operator";

/// Why a role was not set.
#[derive(Debug, thiserror::Error)]
pub enum SetRoleError {
    /// Nobody is called so.
    #[error("there is no account {0}")]
    UnknownUsername(String),
    /// There is no such role.
    #[error("there is no role {0}")]
    UnknownRole(String),
    /// The database failed.
    #[error("the role can't be stored")]
    Store(#[from] StoreError),
}

/// Gives or takes a role. It counts from the next refresh on, since access tokens carry it. Giving it twice changes nothing.
///
/// # Errors
/// [`SetRoleError`].
#[tracing::instrument(name = "role.set", skip_all)]
pub async fn set(parts: &Parts, username: &str, role: &str, granted: bool) -> Result<(), SetRoleError> {
    if role != OPERATOR {
        return Err(SetRoleError::UnknownRole(role.to_owned()));
    }
    let unknown = || SetRoleError::UnknownUsername(username.to_owned());
    let name = Username::parse(username).map_err(|_| unknown())?;
    let mut tx = parts.db.begin().await?;
    let Some(user_id) = store::role::set(&mut tx, &name, role, granted).await? else {
        let account = store::account::find_by_username(&mut tx, &name).await?;
        return account.map(|_| ()).ok_or_else(unknown);
    };
    let entry = parts.record(&mut tx, &DomainEvent::MeChanged { user_id }).await?;
    let event = if granted { SecurityEvent::RoleGranted } else { SecurityEvent::RoleRevoked };
    audit::record(
        parts,
        &mut tx,
        AuditEntry { user_id: Some(user_id), event, client: ClientInfo::default() },
    )
    .await?;
    tx.commit().await?;
    parts.relay.offer(vec![entry]);
    tracing::warn!(user.id = %user_id, role, granted, "a role was set");
    Ok(())
}
