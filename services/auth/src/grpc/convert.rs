//! Domain values to messages and back.

use prost_types::Timestamp;
use pulse_proto::auth::v1 as proto;
use time::OffsetDateTime;

use crate::domain::account::Account;
use crate::domain::secret::DeviceToken;
use crate::domain::session::ClientInfo;
use crate::ops::grant::Grant;

pub(super) fn client(client: Option<proto::ClientInfo>) -> ClientInfo {
    client.map(|client| ClientInfo::new(&client.user_agent, &client.ip)).unwrap_or_default()
}

pub(super) fn account(account: Account) -> proto::Account {
    proto::Account {
        user_id: account.user_id.to_string(),
        username: account.username,
        email: account.email.unwrap_or_default(),
        email_verified: account.is_email_verified,
        pending_email: String::new(),
        has_password: account.password_hash.is_some(),
        totp_enabled: false,
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

fn timestamp(moment: OffsetDateTime) -> Timestamp {
    Timestamp { seconds: moment.unix_timestamp(), nanos: i32::try_from(moment.nanosecond()).unwrap_or(0) }
}
