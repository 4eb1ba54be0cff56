//! Accounts and sessions: calls to auth. One file for each of its gRPC services, and here what they share.

pub mod account;
pub mod factor;
pub mod history;
pub mod identity;
pub mod privacy;
pub mod session;
pub mod sign_in;

pub use sign_in::{Credentials, LogoutTarget, Registration};

use pulse_proto::auth::v1 as proto;
use pulse_rpc::{Connection, Failure};

use crate::clients::convert;
use crate::domain::session::{Grant, MfaChallenge, SignIn};

/// Where a request came from; kept with the session.
#[derive(Debug, Clone, Default)]
pub struct Device {
    /// `User-Agent`, cut to 512 characters.
    pub user_agent: String,
    /// Address of the client.
    pub ip: String,
}

/// What a signed-in person shows once more before something sensitive.
#[derive(Clone, Default)]
pub struct Proof {
    /// Absent for accounts without one.
    pub password: Option<String>,
    /// A code of the second factor or a recovery code.
    pub code: Option<String>,
}

/// Calls auth. Clones share the connection.
#[derive(Clone)]
pub struct Auth(Connection);

impl Auth {
    /// Nothing is opened before the first call.
    #[must_use]
    pub const fn new(connection: Connection) -> Self {
        Self(connection)
    }

    fn connection(&self) -> Connection {
        self.0.clone()
    }
}

impl From<Device> for proto::ClientInfo {
    fn from(device: Device) -> Self {
        Self { user_agent: device.user_agent, ip: device.ip }
    }
}

impl From<Proof> for proto::Proof {
    fn from(proof: Proof) -> Self {
        Self { password: proof.password, code: proof.code }
    }
}

fn grant(session: Option<proto::SessionGrant>) -> Result<Grant, Failure> {
    let session = session.ok_or_else(|| Failure::internal("auth answered without a session"))?;
    Ok(Grant {
        session_id: convert::id("session_id", &session.session_id)?,
        account: convert::account(session.account)?,
        access_token: session.access_token,
        expires_in: session.expires_in_seconds,
        session_expires_at: convert::moment("session_expires_at", session.session_expires_at)?,
        refresh_token: session.refresh_token,
        device_token: convert::filled(session.device_token),
    })
}

fn challenge(mfa: proto::MfaChallenge) -> SignIn {
    SignIn::Mfa(MfaChallenge {
        mfa_required: true,
        mfa_token: mfa.mfa_token,
        expires_in: mfa.expires_in_seconds,
        methods: mfa.methods,
    })
}

fn no_outcome() -> Failure {
    Failure::internal("auth answered a sign-in with no outcome")
}
