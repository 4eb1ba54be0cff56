//! The second step of a sign-in: asked for after the first factor was right, answered with a code.

use std::time::Duration;

use crate::domain::mfa::{CHALLENGE_TTL, Challenge};
use crate::domain::secret::{DeviceToken, MfaToken};
use crate::domain::session::ClientInfo;
use crate::domain::totp::Code;
use crate::ops::code::{self, CodeUse};
use crate::ops::grant::{Device, Grant, GrantError, Proven};
use crate::ops::{Parts, sign_in};
use crate::store::{self, Conn, StoreError};

/// A second factor is needed.
#[derive(Debug)]
pub struct Asked {
    /// Proves the first factor.
    pub token: MfaToken,
    /// How long it lives.
    pub expires_in: Duration,
}

/// An answer to the question.
pub struct Answer {
    /// What the question came with.
    pub token: MfaToken,
    /// What the person typed.
    pub code: Code,
    /// The caller can't keep cookies.
    pub without_cookies: bool,
    /// Where it came from.
    pub client: ClientInfo,
}

/// Why the second step failed.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The token is unknown, used, too old, or void after too many wrong codes.
    #[error("unknown, used or void mfa token")]
    Unknown,
    /// The code is wrong or was used before.
    #[error("wrong code")]
    WrongCode,
    /// The sign-in asked for cookies, and the caller can't keep them.
    #[error("the caller can't keep cookies")]
    WithoutCookies,
    /// Too many wrong codes; also for a right one.
    #[error("the second factor is locked for {} s", .0.as_secs())]
    LockedOut(Duration),
    /// The database failed.
    #[error("the second step can't be looked up or stored")]
    Store(#[from] StoreError),
    /// The session was not opened.
    #[error(transparent)]
    Grant(#[from] GrantError),
}

/// Asks for the second factor, inside the caller's transaction.
pub(crate) async fn ask(conn: &mut Conn, proven: &Proven, device: &Device) -> Result<Asked, GrantError> {
    let token = MfaToken::generate()?;
    let sealed_device_token =
        device.shown_token.as_ref().map(|shown| token.seal_device(shown)).transpose()?;
    let challenge = Challenge {
        user_id: proven.account.user_id,
        method: proven.method.clone(),
        remember: device.remember,
        cookie: device.cookie,
        sealed_device_token,
        failures: 0,
        used_at: None,
        expires_at: proven.at + CHALLENGE_TTL,
    };
    store::mfa_challenge::insert(conn, &token.hash(), &challenge).await?;
    Ok(Asked { token, expires_in: CHALLENGE_TTL })
}

/// Signs in by the code of the second factor. All answers to one account's challenges wait for one another, so a challenge and
/// a code each open one session. Also says whether the sign-in asked for cookies.
///
/// # Errors
/// [`VerifyError`].
#[tracing::instrument(name = "session.verify_mfa", skip_all)]
pub async fn verify(parts: &Parts, answer: Answer) -> Result<(Grant, bool), VerifyError> {
    let token_hash = answer.token.hash();
    let mut tx = parts.db.begin().await?;
    let found = store::mfa_challenge::find(&mut tx, &token_hash).await?.ok_or(VerifyError::Unknown)?;
    let account = store::account::lock(&mut tx, found.user_id).await?.ok_or(VerifyError::Unknown)?;
    // Again, now that nobody else can answer it.
    let now = parts.now();
    let challenge = store::mfa_challenge::find(&mut tx, &token_hash).await?;
    let challenge = challenge.filter(|challenge| challenge.is_open(now)).ok_or(VerifyError::Unknown)?;
    if !account.is_totp_enabled {
        // It was turned off meanwhile: what was asked for can't be shown any more.
        return Err(VerifyError::Unknown);
    }
    if challenge.cookie && answer.without_cookies {
        return Err(VerifyError::WithoutCookies);
    }
    let code_use = code::use_code(parts, &mut tx, account.user_id, &answer.code, now).await?;
    match code_use {
        CodeUse::Totp | CodeUse::Recovery { .. } => {}
        CodeUse::Locked(left) => return Err(VerifyError::LockedOut(left)),
        CodeUse::Wrong { .. } => {
            store::mfa_challenge::fail(&mut tx, &token_hash).await?;
            code::report(parts, &mut tx, &account, &answer.client, code_use).await?;
            tx.commit().await?;
            return Err(VerifyError::WrongCode);
        }
    }
    store::mfa_challenge::mark_used(&mut tx, &token_hash, now).await?;
    let device = Device {
        remember: challenge.remember,
        cookie: challenge.cookie,
        shown_token: shown_token(&answer.token, &challenge)?,
        client: answer.client.clone(),
    };
    let proven = Proven { account, method: challenge.method, at: now };
    let grant = sign_in::enter(parts, &mut tx, proven, device).await?;
    code::report(parts, &mut tx, &grant.account, &answer.client, code_use).await?;
    tx.commit().await?;
    parts.mailing.wake();
    Ok((grant, challenge.cookie))
}

/// The device token that the first step showed.
fn shown_token(token: &MfaToken, challenge: &Challenge) -> Result<Option<DeviceToken>, GrantError> {
    let sealed = challenge.sealed_device_token.as_ref();
    Ok(sealed.map(|sealed| token.open_device(sealed)).transpose()?)
}
