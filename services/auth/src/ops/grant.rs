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
pub const PASSWORD_METHOD: &str = "password";

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
    /// By this the account knows the device at its next sign-in; absent after a refresh.
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
    /// The account was deleted meanwhile.
    #[error("there is no such account any more")]
    AccountGone,
}

/// What a session is asked for with.
#[derive(Debug, Clone)]
pub struct Device {
    /// The session is to live for 30 days.
    pub remember: bool,
    /// The device keeps its tokens in cookies.
    pub cookie: bool,
    /// What an earlier sign-in gave it, for whichever account.
    pub shown_token: Option<DeviceToken>,
    /// Where it is.
    pub client: ClientInfo,
}

/// Somebody who proved to be the account's owner.
#[derive(Debug, Clone)]
pub struct Proven {
    /// The account.
    pub account: Account,
    /// How: [`PASSWORD_METHOD`], or the id of an outside provider.
    pub method: String,
    /// When.
    pub at: OffsetDateTime,
}

/// Opens a session inside the caller's transaction. It asks for no second factor: signing in goes through
/// [`crate::ops::sign_in::finish`].
pub(crate) async fn open(
    parts: &Parts,
    conn: &mut Conn,
    proven: Proven,
    device: Device,
) -> Result<Grant, GrantError> {
    let Proven { account, method, at: now } = proven;
    let ttl = if device.remember { REMEMBERED_TTL } else { parts.lifetimes.session };
    let session = Session {
        session_id: SessionId::new(&*parts.clock),
        user_id: account.user_id,
        created_at: now,
        last_used_at: now,
        // On a whole second, as tokens tell it: the last one ends with the session, not a moment before.
        expires_at: to_whole_second(now + ttl),
        ended_at: None,
    };
    store::session::insert(conn, &session, &method, &device.client).await?;
    let refresh_token = RefreshToken::generate()?;
    store::refresh_token::insert(conn, &refresh_token.hash(), session.session_id).await?;
    let token = device_token(conn, device.shown_token, now).await?;
    let lives_until = now + DEVICE_TOKEN_TTL;
    store::device_token::upsert(conn, &token.hash(), account.user_id, now, lives_until).await?;
    let grant = sign(parts, session, account, refresh_token, now)?;
    Ok(Grant { device_token: Some(token), ..grant })
}

/// The token that a device keeps from now on: the one it showed, if a sign-in to whichever account gave it, so that several
/// people can share a browser; else a new one, so that nobody can plant a token that they know.
async fn device_token(
    conn: &mut Conn,
    shown: Option<DeviceToken>,
    now: OffsetDateTime,
) -> Result<DeviceToken, GrantError> {
    if let Some(token) = shown
        && store::device_token::is_known_to_anybody(conn, &token.hash(), now).await?
    {
        return Ok(token);
    }
    Ok(DeviceToken::generate()?)
}

fn to_whole_second(moment: OffsetDateTime) -> OffsetDateTime {
    moment.replace_nanosecond(0).unwrap_or(moment)
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
