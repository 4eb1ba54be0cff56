//! Domain values to messages and back.

use prost_types::Timestamp;
use pulse_proto::auth::v1 as proto;
use pulse_proto::auth::v1::login_response;
use pulse_rpc::Principal;
use time::OffsetDateTime;
use tonic::{Request, Status};

use crate::domain::account::Account;
use crate::domain::secret::DeviceToken;
use crate::domain::session::{Caller, ClientInfo};
use crate::ops::grant::Grant;
use crate::ops::mfa::Asked;
use crate::ops::reauthentication::Proof;
use crate::ops::sign_in::SignedIn;

pub(super) fn client(client: Option<proto::ClientInfo>) -> ClientInfo {
    client.map(|client| ClientInfo::new(&client.user_agent, &client.ip)).unwrap_or_default()
}

/// Who calls, and the request; `client_of` finds where it came from.
pub(super) fn caller<T>(
    request: Request<T>,
    client_of: impl Fn(&T) -> &Option<proto::ClientInfo>,
) -> Result<(Caller, T), Status> {
    let Principal { user_id, session_id } = Principal::of(&request)?;
    let request = request.into_inner();
    let client = client(client_of(&request).clone());
    Ok((Caller { user_id, session_id, client }, request))
}

pub(super) fn proof(proof: Option<proto::Proof>) -> Proof {
    let proto::Proof { password, code } = proof.unwrap_or_default();
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    Proof { password: given(password).map(Into::into), code: given(code) }
}

pub(super) fn account(account: Account) -> proto::Account {
    proto::Account {
        user_id: account.user_id.to_string(),
        username: account.username,
        email: account.email.unwrap_or_default(),
        email_verified: account.is_email_verified,
        pending_email: account.pending_email.unwrap_or_default(),
        has_password: account.password_hash.is_some(),
        totp_enabled: account.is_totp_enabled,
        roles: account.roles,
        created_at: Some(timestamp(account.created_at)),
    }
}

pub(super) fn grant(grant: Grant) -> proto::SessionGrant {
    proto::SessionGrant {
        session_id: grant.session.session_id.to_string(),
        account: Some(account(grant.account)),
        access_token: grant.access_token,
        expires_in_seconds: u32::try_from(grant.expires_in.as_secs()).unwrap_or(u32::MAX),
        session_expires_at: Some(timestamp(grant.session.expires_at)),
        refresh_token: grant.refresh_token.reveal(),
        device_token: grant.device_token.as_ref().map(DeviceToken::reveal).unwrap_or_default(),
    }
}

pub(super) fn mfa(asked: &Asked) -> proto::MfaChallenge {
    proto::MfaChallenge {
        mfa_token: asked.token.reveal(),
        expires_in_seconds: u32::try_from(asked.expires_in.as_secs()).unwrap_or(u32::MAX),
        methods: vec!["totp".to_owned(), "recovery_code".to_owned()],
    }
}

pub(super) fn signed_in(signed_in: SignedIn) -> login_response::Outcome {
    match signed_in {
        SignedIn::Grant(session) => login_response::Outcome::Session(grant(*session)),
        SignedIn::Mfa(asked) => login_response::Outcome::Mfa(mfa(&asked)),
    }
}

pub(super) fn timestamp(moment: OffsetDateTime) -> Timestamp {
    Timestamp { seconds: moment.unix_timestamp(), nanos: i32::try_from(moment.nanosecond()).unwrap_or(0) }
}
