//! What a device holds after it signed in or refreshed: the session and its tokens.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pulse_token::{AUDIENCE, Claims};
use pulse_types::SessionId;
use time::OffsetDateTime;

use crate::domain::account::Account;
use crate::domain::sealing::{CryptoError, random};
use crate::domain::secret::{DeviceToken, RefreshToken};
use crate::domain::session::{ClientInfo, DEVICE_TOKEN_TTL, REMEMBERED_TTL, Session};
use crate::ops::Parts;
use crate::store::{self, Conn, StoreError};

/// How accounts sign in by password; other methods are ids of outside providers.
const PASSWORD_METHOD: &str = "password";

/// A session with its tokens.
#[derive(Debug)]
pub struct Grant {
    /// The session.
    pub session: Session,
    /// Who is signed in.
    pub account: Account,
    /// EdDSA JWT.
    pub access_token: String,
    /// How long it lives.
    pub expires_in: Duration,
    /// Gives the next access token, once.
    pub refresh_token: RefreshToken,
    /// What the device may show at its next sign-in.
    pub device_token: Option<DeviceToken>,
}

/// Why no grant was made.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// The database failed.
    #[error("the session can't be stored")]
    Store(#[from] StoreError),
    /// Signing or randomness failed.
    #[error("the tokens can't be made")]
    Crypto(#[from] CryptoError),
}

/// Who asks for a session, and how.
#[derive(Debug, Clone)]
pub struct Device {
    /// The session is to live for 30 days.
    pub remember: bool,
    /// The device wants a device token.
    pub wants_token: bool,
    /// The token by which the account knows it already.
    pub known_token: Option<DeviceToken>,
    /// Where it is.
    pub client: ClientInfo,
}

/// Opens a session for somebody who proved to be the account's owner, inside the caller's transaction.
pub(crate) async fn open(
    parts: &Parts,
    conn: &mut Conn,
    account: Account,
    device: Device,
    now: OffsetDateTime,
) -> Result<Grant, GrantError> {
    let ttl = if device.remember { REMEMBERED_TTL } else { parts.lifetimes.session };
    let session = Session {
        session_id: SessionId::new(&*parts.clock),
        user_id: account.user_id,
        expires_at: now + ttl,
        ended_at: None,
    };
    store::session::insert(conn, &session, PASSWORD_METHOD, &device.client, now).await?;
    let refresh_token = RefreshToken::generate()?;
    store::refresh_token::insert(conn, &refresh_token.hash(), session.session_id).await?;
    let device_token = match device {
        Device { wants_token: false, .. } => None,
        Device { known_token: Some(token), .. } => Some(token),
        Device { known_token: None, .. } => Some(DeviceToken::generate()?),
    };
    if let Some(token) = &device_token {
        store::device_token::upsert(conn, &token.hash(), account.user_id, now, now + DEVICE_TOKEN_TTL)
            .await?;
    }
    let grant = sign(parts, session, account, refresh_token, now)?;
    Ok(Grant { device_token, ..grant })
}

/// Signs an access token of a session.
pub(crate) fn sign(
    parts: &Parts,
    session: Session,
    account: Account,
    refresh_token: RefreshToken,
    now: OffsetDateTime,
) -> Result<Grant, CryptoError> {
    let issued_at = now.unix_timestamp();
    let ttl = i64::try_from(parts.lifetimes.access_token.as_secs()).unwrap_or(i64::MAX);
    let ends_at = issued_at.saturating_add(ttl).min(session.expires_at.unix_timestamp());
    let claims = Claims {
        iss: parts.issuer.clone(),
        aud: AUDIENCE.to_owned(),
        sub: account.user_id,
        sid: session.session_id,
        roles: account.roles.clone(),
        iat: issued_at,
        exp: ends_at,
        jti: URL_SAFE_NO_PAD.encode(random::<16>()?),
    };
    let access_token = parts.signing_keys.sign(&claims)?;
    let expires_in = Duration::from_secs(u64::try_from(ends_at - issued_at).unwrap_or(0));
    Ok(Grant { session, account, access_token, expires_in, refresh_token, device_token: None })
}
