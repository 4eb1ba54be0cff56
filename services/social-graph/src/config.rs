//! Every setting of the service: name, type, meaning. None has a default.

use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pulse_rpc::caller::InvalidKey;
use pulse_rpc::{Callers, Identity, ServiceName};
use pulse_runtime::Reader;
use pulse_types::CursorKey;
use secrecy::SecretString;
use tonic::transport::Endpoint;

/// The settings, read and checked before anything opens.
#[derive(Debug)]
pub struct Settings {
    /// `PULSE_GRAPH_LISTEN`: address of the gRPC port, required.
    pub listen: SocketAddr,
    /// `PULSE_GRAPH_ADMIN_LISTEN`: address of health and metrics, required.
    pub admin_listen: SocketAddr,
    /// `PULSE_GRAPH_DATABASE_URL`: `postgres://…`, required.
    pub database_url: SecretString,
    /// `PULSE_GRAPH_NATS_URL`: `nats://…`, required. May hold a password.
    pub nats_url: SecretString,
    /// `PULSE_GRAPH_MESSAGE_STORE_ADDR`: `host:port` or `http://host:port` of message-store, required.
    pub message_store: Endpoint,
    /// `PULSE_GRAPH_CURSOR_KEY`: 32 bytes in base64url without padding, the same for all replicas; required.
    pub cursor_key: CursorKey,
    /// `PULSE_SERVICE_KEY`: seed of this service's own key, required.
    pub identity: Arc<Identity>,
    /// `PULSE_SERVICE_CALLERS`: public keys of the services, `name=key,name=key`, required.
    pub callers: Callers,
}

impl Settings {
    /// Reads all of them; faults are collected by the reader.
    pub fn read(reader: &mut Reader) -> Option<Self> {
        let listen = reader.required("PULSE_GRAPH_LISTEN");
        let admin_listen = reader.required("PULSE_GRAPH_ADMIN_LISTEN");
        let database_url = reader.secret("PULSE_GRAPH_DATABASE_URL");
        let nats_url = reader.secret("PULSE_GRAPH_NATS_URL");
        let message_store =
            reader.required("PULSE_GRAPH_MESSAGE_STORE_ADDR").map(|GrpcAddress(endpoint)| endpoint);
        let cursor_key = reader.parsed_secret("PULSE_GRAPH_CURSOR_KEY").map(|CursorSecret(key)| key);
        let identity =
            reader.parsed_secret("PULSE_SERVICE_KEY").map(|OwnIdentity(identity)| Arc::new(identity));
        let callers = reader.required("PULSE_SERVICE_CALLERS");
        Some(Self {
            listen: listen?,
            admin_listen: admin_listen?,
            database_url: database_url?,
            nats_url: nats_url?,
            message_store: message_store?,
            cursor_key: cursor_key?,
            identity: identity?,
            callers: callers?,
        })
    }
}

/// Address of a gRPC server, with or without its scheme.
struct GrpcAddress(Endpoint);

impl FromStr for GrpcAddress {
    type Err = tonic::transport::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let endpoint = match text.contains("://") {
            true => text.parse()?,
            false => format!("http://{text}").parse()?,
        };
        Ok(Self(endpoint))
    }
}

/// A text that is no key for cursors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a cursor key is 32 bytes in base64url without padding")]
struct InvalidCursorKey;

struct CursorSecret(CursorKey);

impl FromStr for CursorSecret {
    type Err = InvalidCursorKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| InvalidCursorKey)?;
        let secret: [u8; 32] = bytes.try_into().map_err(|_| InvalidCursorKey)?;
        Ok(Self(CursorKey::new(&secret)))
    }
}

struct OwnIdentity(Identity);

impl FromStr for OwnIdentity {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Identity::from_seed(ServiceName::SocialGraph, text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn all() -> Vec<(&'static str, &'static str)> {
        vec![
            ("PULSE_GRAPH_LISTEN", "127.0.0.1:1"),
            ("PULSE_GRAPH_ADMIN_LISTEN", "127.0.0.1:2"),
            ("PULSE_GRAPH_DATABASE_URL", "postgres://graph@localhost/graph"),
            ("PULSE_GRAPH_NATS_URL", "nats://localhost"),
            ("PULSE_GRAPH_MESSAGE_STORE_ADDR", "localhost:7003"),
            ("PULSE_GRAPH_CURSOR_KEY", KEY),
            ("PULSE_SERVICE_KEY", KEY),
            ("PULSE_SERVICE_CALLERS", ""),
        ]
    }

    #[test]
    fn every_setting_is_in_the_readme() {
        let readme = include_str!("../README.md");
        for (name, _) in all() {
            assert!(readme.contains(&format!("`{name}`")), "{name}");
        }
    }

    #[test]
    fn what_is_missing_or_garbled_is_told_at_once() {
        let mut reader =
            Reader::from_pairs([("PULSE_GRAPH_CURSOR_KEY", "short"), ("PULSE_SERVICE_KEY", KEY)]);
        let settings = Settings::read(&mut reader);
        let error = reader.finish(|| settings).expect_err("seven faults");
        assert_eq!(error.0.len(), 7, "{error}");
        assert!(!error.to_string().contains("short"));
    }

    #[test]
    fn an_address_may_come_without_its_scheme() {
        let mut pairs = all();
        pairs.retain(|(name, _)| *name != "PULSE_SERVICE_CALLERS");
        let own = Identity::from_seed(ServiceName::Gateway, KEY).expect("a seed").public_key();
        let callers = format!("gateway={own}");
        pairs.push(("PULSE_SERVICE_CALLERS", &callers));
        let mut reader = Reader::from_pairs(pairs);
        let settings = Settings::read(&mut reader).expect("settings");
        assert_eq!(settings.message_store.uri().to_string(), "http://localhost:7003/");
    }
}
