//! The outside identities of an account.

use crate::clients::oidc::{Provider, Providers, Visitor};
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

/// What a link came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkOutcome {
    /// The identity is the caller's, now or since before.
    Linked,
    /// It is another account's, or the caller has another one of its issuer.
    Conflict,
    /// The session that asked for it has ended.
    SessionEnded,
}

/// Links an identity to the account of a session that still lives.
///
/// # Errors
/// [`StoreError`].
#[tracing::instrument(name = "identity.link", skip_all)]
pub(crate) async fn link(
    parts: &Parts,
    provider: &Provider,
    visitor: Visitor,
    caller: Caller,
) -> Result<LinkOutcome, StoreError> {
    let now = parts.now();
    let Caller { user_id, session_id, client } = caller;
    let mut tx = parts.db.begin().await?;
    let account = store::account::lock(&mut tx, user_id).await?;
    let session = store::session::lock(&mut tx, session_id).await?;
    let is_live = session.is_some_and(|session| session.is_live(parts.lifetimes.session_idle, now));
    let Some(account) = account.filter(|_| is_live) else { return Ok(LinkOutcome::SessionEnded) };
    let identity = Identity {
        key: visitor.key,
        user_id,
        provider_id: provider.provider_id().to_owned(),
        email: visitor.profile.email,
        created_at: now,
    };
    if !store::identity::insert(&mut tx, &identity).await? {
        let owner = store::identity::find_owner(&mut tx, &identity.key).await?;
        let is_ours = owner == Some(user_id);
        return Ok(if is_ours { LinkOutcome::Linked } else { LinkOutcome::Conflict });
    }
    let notice = Mail::IdentityLinked { provider: provider.name().to_owned() };
    mail::notify(parts, &mut tx, &account, &notice).await?;
    let entry = AuditEntry { user_id: Some(user_id), event: SecurityEvent::IdentityLinked, client };
    audit::record(parts, &mut tx, entry).await?;
    tx.commit().await?;
    parts.mailing.wake();
    Ok(LinkOutcome::Linked)
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
