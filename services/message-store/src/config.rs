//! Every setting of this service.

pub mod files;

use std::net::SocketAddr;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pulse_rpc::caller::InvalidKey;
use pulse_rpc::{Callers, Identity, ServiceName};
use pulse_runtime::Reader;
use pulse_types::CursorKey;
use secrecy::SecretString;

use crate::config::files::FileSettings;
use crate::domain::group::Sizes;
use crate::ops::writer::WriterSettings;

const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 7003);
const DEFAULT_ADMIN_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 7103);

/// The settings, read and checked.
#[derive(Debug)]
pub struct Settings {
    /// `PULSE_MESSAGES_LISTEN`: address of the gRPC port.
    pub listen: SocketAddr,
    /// `PULSE_MESSAGES_ADMIN_LISTEN`: address of the admin port.
    pub admin_listen: SocketAddr,
    /// `PULSE_MESSAGES_DATABASE_URL`: the PostgreSQL database of this service.
    pub database_url: SecretString,
    /// `PULSE_MESSAGES_CONNECTIONS`: connections to it for everything but writing messages.
    pub connections: u32,
    /// `PULSE_MESSAGES_NATS_URL`: the bus; with user and password when it asks for them.
    pub nats_url: SecretString,
    /// `PULSE_MESSAGES_REDIS_URL`: keeps what is read often; absent, all is read from the database.
    pub redis_url: Option<SecretString>,
    /// `PULSE_MESSAGES_CURSOR_KEY`: seals cursors and sync tokens; 32 bytes in base64url, the same for all replicas.
    pub cursor_key: CursorKey,
    /// `PULSE_MESSAGES_WRITERS`, `PULSE_MESSAGES_BATCH_MAX`, `PULSE_MESSAGES_QUEUE_MAX`.
    pub writer: WriterSettings,
    /// `PULSE_SERVICE_CALLERS`: public keys of those who may call.
    pub callers: Callers,
    /// `PULSE_MESSAGES_GROUP_MAX_MEMBERS`, `PULSE_MESSAGES_ROOM_MAX_MEMBERS`.
    pub sizes: Sizes,
    /// Where files are kept, and what becomes of them.
    pub files: FileSettings,
}

/// 32 bytes in base64url.
struct Secret32([u8; 32]);

#[derive(Debug, thiserror::Error)]
#[error("is 32 bytes in base64url without padding")]
struct NotASecret;

impl FromStr for Secret32 {
    type Err = NotASecret;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| NotASecret)?;
        bytes.try_into().map(Self).map_err(|_| NotASecret)
    }
}

/// The seed of this service's key. It calls nobody yet; a key that can't be read is told at the start all the same.
struct ServiceKey;

impl FromStr for ServiceKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Identity::from_seed(ServiceName::MessageStore, text).map(|_| Self)
    }
}

impl Settings {
    /// Reads all settings; faults stay with `read`.
    pub fn read(read: &mut Reader) -> Option<Self> {
        let listen = read.or("PULSE_MESSAGES_LISTEN", DEFAULT_LISTEN);
        let admin_listen = read.or("PULSE_MESSAGES_ADMIN_LISTEN", DEFAULT_ADMIN_LISTEN);
        let database_url = read.secret("PULSE_MESSAGES_DATABASE_URL");
        let connections = read.or("PULSE_MESSAGES_CONNECTIONS", 8);
        let nats_url = read.secret("PULSE_MESSAGES_NATS_URL");
        let redis_url = read.optional_secret::<String>("PULSE_MESSAGES_REDIS_URL");
        let cursor_key = read.parsed_secret::<Secret32>("PULSE_MESSAGES_CURSOR_KEY");
        let writers = in_range(read, "PULSE_MESSAGES_WRITERS", 3, 1..=64);
        let batch_max = in_range(read, "PULSE_MESSAGES_BATCH_MAX", 512, 1..=4096);
        let queue_max = in_range(read, "PULSE_MESSAGES_QUEUE_MAX", 16_384, 1..=1_048_576);
        let sizes = sizes(read);
        let service_key = read.parsed_secret::<ServiceKey>("PULSE_SERVICE_KEY");
        let callers = read.required("PULSE_SERVICE_CALLERS");
        let files = FileSettings::read(read);
        service_key?;
        Some(Self {
            listen: listen?,
            admin_listen: admin_listen?,
            database_url: database_url?,
            connections: connections?,
            nats_url: nats_url?,
            redis_url: redis_url?.map(SecretString::from),
            cursor_key: CursorKey::new(&cursor_key?.0),
            writer: WriterSettings { writers: writers?, batch_max: batch_max?, queue_max: queue_max? },
            callers: callers?,
            sizes: sizes?,
            files: files?,
        })
    }
}

/// Never more than the defaults: a group is made in one request, and receipts are kept, up to 256 members.
fn sizes(read: &mut Reader) -> Option<Sizes> {
    let Sizes { group, room } = Sizes::default();
    let size = |value: Option<usize>| value.and_then(|value| i32::try_from(value).ok());
    let group = in_range(read, "PULSE_MESSAGES_GROUP_MAX_MEMBERS", group.unsigned_abs() as usize, 2..=256);
    let room = in_range(read, "PULSE_MESSAGES_ROOM_MAX_MEMBERS", room.unsigned_abs() as usize, 2..=100_000);
    Some(Sizes { group: size(group)?, room: size(room)? })
}

fn in_range(
    read: &mut Reader,
    name: &str,
    default: usize,
    range: std::ops::RangeInclusive<usize>,
) -> Option<usize> {
    let value = read.or(name, default)?;
    if !range.contains(&value) {
        read.fault(format!("{name} is a number from {} to {}, not {value}", range.start(), range.end()));
        return None;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs() -> Vec<(&'static str, String)> {
        let key = URL_SAFE_NO_PAD.encode([7; 32]);
        let identity = Identity::from_seed(ServiceName::Gateway, &key).unwrap();
        vec![
            ("PULSE_MESSAGES_DATABASE_URL", "postgres://localhost/messages".to_owned()),
            ("PULSE_MESSAGES_NATS_URL", "nats://localhost".to_owned()),
            ("PULSE_MESSAGES_CURSOR_KEY", key.clone()),
            ("PULSE_MESSAGES_FILE_KEY", key.clone()),
            ("PULSE_MESSAGES_FILE_DIR", "files".to_owned()),
            ("PULSE_PUBLIC_URL", "https://chat.example".to_owned()),
            ("PULSE_SERVICE_KEY", key),
            ("PULSE_SERVICE_CALLERS", format!("gateway={}", identity.public_key())),
        ]
    }

    #[test]
    fn what_has_a_default_may_be_left_out() {
        let mut read = Reader::from_pairs(pairs());
        let settings = Settings::read(&mut read);
        let settings = read.finish(|| settings).unwrap();
        assert_eq!((settings.writer.writers, settings.writer.batch_max), (3, 512));
        assert!(!format!("{settings:?}").contains("localhost/messages"));
    }

    #[test]
    fn faults_are_told_at_once_and_name_the_setting() {
        let mut read =
            Reader::from_pairs([("PULSE_MESSAGES_WRITERS", "0"), ("PULSE_MESSAGES_CURSOR_KEY", "short")]);
        let settings = Settings::read(&mut read);
        let faults = read.finish(|| settings).unwrap_err().to_string();
        for name in [
            "WRITERS",
            "CURSOR_KEY",
            "FILE_KEY",
            "FILE_DIR",
            "PUBLIC_URL",
            "DATABASE_URL",
            "NATS_URL",
            "SERVICE_KEY",
            "SERVICE_CALLERS",
        ] {
            assert!(faults.contains(name), "{faults}");
        }
    }

    #[test]
    fn sizes_are_bounded_on_both_sides() {
        for (name, value) in [
            ("PULSE_MESSAGES_GROUP_MAX_MEMBERS", "257"),
            ("PULSE_MESSAGES_GROUP_MAX_MEMBERS", "1"),
            ("PULSE_MESSAGES_ROOM_MAX_MEMBERS", "100001"),
        ] {
            let mut read = Reader::from_pairs([(name, value)]);
            let sizes = sizes(&mut read);
            let fault = read.finish(|| sizes).unwrap_err().to_string();
            assert!(fault.contains(name) && fault.contains(value), "{fault}");
        }
    }

    /// Faults begin with names too, and go on with words.
    fn is_name(text: &str) -> bool {
        text.len() > 6
            && text.starts_with("PULSE_")
            && !text.contains(|c: char| c != '_' && !c.is_ascii_alphanumeric())
    }

    #[test]
    fn the_readme_lists_every_setting() {
        let readme = include_str!("../README.md");
        let sources = [include_str!("config.rs"), include_str!("config/files.rs")];
        let names = sources.iter().flat_map(|source| source.split('"')).filter(|text| is_name(text));
        for name in names {
            assert!(readme.contains(&format!("`{name}`")), "{name} is not in README.md");
        }
    }
}
