//! The end of a sign-in by an outside provider: the code of the flow becomes a session, and a person who comes for the
//! first time gets an account. Nobody is found by their address.

use pulse_types::UserId;

use crate::clients::oidc::Provider;
use crate::domain::account::Account;
use crate::domain::audit::{AuditEntry, SecurityEvent};
use crate::domain::oidc::identity::{Identity, IdentityKey};
use crate::domain::oidc::profile::Profile;
use crate::domain::oidc::token::ExchangeCode;
use crate::domain::sealing::{CryptoError, random};
use crate::ops::account::{self, CreateError, Created};
use crate::ops::grant::{Device, GrantError, Proven};
use crate::ops::sign_in::{self, SignedIn};
use crate::ops::{Parts, audit};
use crate::store::account::NewAccount;
use crate::store::{self, Conn, StoreError};

/// How often somebody else may be first with the same identity or address before we give up.
const ATTEMPTS: usize = 3;

/// Why a code gave no session.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// It is unknown, used or too old.
    #[error("unknown, used or expired code")]
    InvalidCode,
    /// The issuer vouches for an address that an account owns. The code is used up.
    #[error("the address belongs to an account that is not linked")]
    AddressOwned,
    /// It would make an account, and nobody may make one. The code is used up.
    #[error("sign-up is closed")]
    Closed,
    /// Every username that was tried is taken.
    #[error("no username is free")]
    NoUsername,
    /// Others were faster, again and again.
    #[error("too many sign-ins of one identity at once")]
    Crowded,
    /// The database failed.
    #[error("the sign-in can't be looked up or stored")]
    Store(#[from] StoreError),
    /// Sealing or randomness failed.
    #[error("the profile can't be opened")]
    Crypto(#[from] CryptoError),
    /// The session was not opened; an account was not made either.
    #[error(transparent)]
    Grant(#[from] GrantError),
}

/// Who a visitor is here.
enum Found {
    /// Somebody who came before.
    Known(Box<Account>),
    /// Somebody new.
    New(Box<Created>),
    /// Nobody: an account owns the address that the issuer vouches for.
    AddressOwned,
    /// Nobody: it would be a new account, and there are to be none.
    Closed,
    /// Nobody yet: somebody else has just decided it otherwise, look again.
    Overtaken,
}

/// Exchanges a code for a session, or for the question for the second factor. Of any number of uses at once one succeeds;
/// while the database is down the code stays.
///
/// # Errors
/// [`ExchangeError`].
#[tracing::instrument(name = "oauth_code.exchange", skip_all)]
pub async fn exchange(parts: &Parts, code: &ExchangeCode, device: Device) -> Result<SignedIn, ExchangeError> {
    for _ in 0..ATTEMPTS {
        let mut tx = parts.db.begin().await?;
        let now = parts.now();
        let finished = store::oauth_code::take(&mut tx, &code.hash(), now).await?;
        let finished = finished.ok_or(ExchangeError::InvalidCode)?;
        // Taken out of the settings meanwhile: it vouches for nobody any more.
        let provider = parts.providers.of_issuer(&finished.key.issuer).ok_or(ExchangeError::InvalidCode)?;
        let profile: Profile =
            serde_json::from_slice(&code.open(&finished.sealed_profile)?).map_err(|_| CryptoError::Open)?;
        let (account, created) = match find(parts, &mut tx, provider, finished.key, &profile).await? {
            Found::Known(account) => (*account, None),
            Found::New(created) => (created.account.clone(), Some(created)),
            Found::AddressOwned => {
                tx.commit().await?;
                return Err(ExchangeError::AddressOwned);
            }
            Found::Closed => {
                tx.commit().await?;
                return Err(ExchangeError::Closed);
            }
            // The transaction goes back with the code.
            Found::Overtaken => continue,
        };
        if created.is_some() {
            for event in [SecurityEvent::AccountRegistered, SecurityEvent::IdentityLinked] {
                let client = device.client.clone();
                let entry = AuditEntry { user_id: Some(account.user_id), event, client };
                audit::record(parts, &mut tx, entry).await?;
            }
        }
        let proven = Proven { account, method: finished.provider_id, at: now };
        let signed_in = sign_in::finish(parts, &mut tx, proven, device).await?;
        tx.commit().await?;
        if let Some(created) = created {
            created.publish(parts).await;
        }
        return Ok(signed_in);
    }
    Err(ExchangeError::Crowded)
}

async fn find(
    parts: &Parts,
    conn: &mut Conn,
    provider: &Provider,
    key: IdentityKey,
    profile: &Profile,
) -> Result<Found, ExchangeError> {
    if let Some(user_id) = store::identity::find_owner(conn, &key).await? {
        let account = store::account::find(conn, user_id).await?.ok_or(GrantError::AccountGone)?;
        return Ok(Found::Known(Box::new(account)));
    }
    if let Some(email) = profile.email().filter(|_| profile.is_email_verified) {
        let owner = store::account::find_by_email(conn, &email).await?;
        if owner.is_some_and(|owner| owner.is_email_verified) {
            // It may be their own: of two first sign-ins side by side the other one has just made the account.
            let is_their_own = store::identity::find_owner(conn, &key).await?.is_some();
            return Ok(if is_their_own { Found::Overtaken } else { Found::AddressOwned });
        }
    }
    if !parts.allowed_signup {
        return Ok(Found::Closed);
    }
    let Some(created) = create(parts, conn, profile).await? else { return Ok(Found::Overtaken) };
    let identity = Identity {
        key,
        user_id: created.account.user_id,
        provider_id: provider.provider_id().to_owned(),
        email: profile.email.clone(),
        created_at: created.account.created_at,
    };
    match store::identity::insert(conn, &identity).await? {
        true => Ok(Found::New(Box::new(created))),
        false => Ok(Found::Overtaken),
    }
}

/// Makes an account without a password, under the first username that is free. `None` when somebody else was faster: the
/// transaction must not be committed.
async fn create(parts: &Parts, conn: &mut Conn, profile: &Profile) -> Result<Option<Created>, ExchangeError> {
    let bytes = random::<32>()?;
    let (numbers, _) = bytes.as_chunks::<4>();
    let mut sources = numbers.iter().map(|number| u32::from_be_bytes(*number));
    let numbers = std::array::from_fn(|_| sources.next().unwrap_or_default());
    let user_id = UserId::new(&*parts.clock);
    let email = profile.email();
    for username in profile.usernames(numbers) {
        let display_name = profile.display_name(&username);
        let new = NewAccount {
            user_id,
            username,
            is_email_verified: profile.is_email_verified && email.is_some(),
            email: email.clone(),
            password_hash: None,
            created_at: parts.now(),
        };
        match account::create(parts, conn, new, display_name).await {
            Ok(created) => return Ok(Some(created)),
            Err(CreateError::UsernameTaken) => {}
            Err(CreateError::Overtaken) => return Ok(None),
            Err(CreateError::Store(error)) => return Err(error.into()),
        }
    }
    Err(ExchangeError::NoUsername)
}
