//! The outside identities of an account.

use crate::clients::oidc::Providers;
use crate::domain::audit::{AuditEntry, SecurityEvent};
use crate::domain::mail::Mail;
use crate::domain::oidc::identity::Identity;
use crate::domain::session::Caller;
use crate::ops::{Parts, audit, mail};
use crate::store::{self, StoreError};

/// An identity as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// What its provider is called in our URLs.
    pub provider_id: String,
    /// What people call the provider.
    pub name: String,
    /// The identity.
    pub identity: Identity,
}

/// Why an identity was not unlinked.
#[derive(Debug, thiserror::Error)]
pub enum UnlinkError {
    /// There is no such provider.
    #[error("unknown provider")]
    UnknownProvider,
    /// The account has no password and no other identity of a provider that is configured.
    #[error("it is the last way in")]
    LastWayIn,
    /// The account was deleted meanwhile.
    #[error("the account is gone")]
    AccountGone,
    /// The database failed.
    #[error("the identity can't be unlinked")]
    Store(#[from] StoreError),
}

impl Linked {
    /// What a provider is called may have changed since; one that is configured no more keeps its id.
    fn new(providers: &Providers, identity: Identity) -> Self {
        let (provider_id, name) = match providers.of_issuer(&identity.key.issuer) {
            Some(provider) => (provider.provider_id(), provider.name()),
            None => (identity.provider_id.as_str(), identity.provider_id.as_str()),
        };
        Self { provider_id: provider_id.to_owned(), name: name.to_owned(), identity }
    }
}

/// The caller's identities, newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(parts: &Parts, caller: &Caller) -> Result<Vec<Linked>, StoreError> {
    let identities = store::identity::list(&mut *parts.db.conn().await?, caller.user_id).await?;
    Ok(identities.into_iter().map(|identity| Linked::new(&parts.providers, identity)).collect())
}

/// Unlinks the caller's identity of a provider; unlinking what is not linked changes nothing. An identity of a provider that
/// is not configured any more can be unlinked, and is no way in.
///
/// # Errors
/// [`UnlinkError`].
#[tracing::instrument(name = "identity.unlink", skip_all)]
pub async fn unlink(parts: &Parts, caller: Caller, provider_id: &str) -> Result<(), UnlinkError> {
    let mut tx = parts.db.begin().await?;
    // Whoever changes the ways in waits here.
    let account = store::account::lock(&mut tx, caller.user_id).await?.ok_or(UnlinkError::AccountGone)?;
    let identities = store::identity::list(&mut tx, caller.user_id).await?;
    let linked: Vec<_> =
        identities.into_iter().map(|identity| Linked::new(&parts.providers, identity)).collect();
    let Some(gone) = linked.iter().find(|linked| linked.provider_id == provider_id) else {
        return match parts.providers.get(provider_id) {
            Some(_) => Ok(()),
            None => Err(UnlinkError::UnknownProvider),
        };
    };
    let is_way_in = |other: &Linked| {
        other.identity.key != gone.identity.key
            && parts.providers.of_issuer(&other.identity.key.issuer).is_some()
    };
    if account.password_hash.is_none() && !linked.iter().any(is_way_in) {
        return Err(UnlinkError::LastWayIn);
    }
    store::identity::delete(&mut tx, caller.user_id, &gone.identity.key.issuer).await?;
    mail::notify(parts, &mut tx, &account, &Mail::IdentityUnlinked { provider: gone.name.clone() }).await?;
    let entry = AuditEntry {
        user_id: Some(caller.user_id),
        event: SecurityEvent::IdentityUnlinked,
        client: caller.client,
    };
    audit::record(parts, &mut tx, entry).await?;
    tx.commit().await?;
    parts.mailing.wake();
    Ok(())
}
