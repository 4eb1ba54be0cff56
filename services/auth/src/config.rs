//! Every setting of this service; README.md lists them too.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use lettre::message::Mailbox;
use pulse_rpc::{Callers, Identity, ServiceName};
use pulse_runtime::Reader;
use secrecy::{ExposeSecret as _, SecretString};
use tonic::transport::Endpoint;

use crate::domain::oidc::provider::ProviderSettings;
use crate::domain::sealing::SealingKey;
use crate::mailing::Transport;

mod oidc;

const DEFAULT_PUBLIC_URL: &str = "http://localhost:8080";
const DEFAULT_ACCESS_TOKEN_TTL_SECONDS: u64 = 300;
const DEFAULT_SESSION_TTL_SECONDS: u64 = 25_200;
const DEFAULT_SESSION_IDLE_SECONDS: u64 = 2_592_000;
const DEFAULT_KEY_ROTATION_DAYS: u64 = 90;
const DEFAULT_HASHING_QUEUE: usize = 128;
const DEFAULT_MAIL_FROM: &str = "PulseChat <no-reply@localhost>";

/// What this service needs to know before it starts.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `PULSE_AUTH_LISTEN`: address of the gRPC port.
    pub listen: SocketAddr,
    /// `PULSE_AUTH_ADMIN_LISTEN`: address of the admin port.
    pub admin_listen: SocketAddr,
    /// `PULSE_AUTH_DATABASE_URL`: the PostgreSQL database of this service.
    pub database_url: SecretString,
    /// `PULSE_AUTH_NATS_URL`.
    pub nats_url: SecretString,
    /// `PULSE_AUTH_SOCIAL_GRAPH_ADDR`: where profiles are made, `http://host:port` or `host:port`.
    pub social_graph: Endpoint,
    /// `PULSE_AUTH_MESSAGE_STORE_ADDR`: what is forgotten and exported with an account, `http://host:port` or `host:port`.
    pub message_store: Endpoint,
    /// `PULSE_AUTH_SEALING_KEY`: 32 bytes in base64url; the signing keys are kept under it.
    pub sealing_key: SealingKey,
    /// `PULSE_PUBLIC_URL`: `iss` of access tokens.
    pub public_url: String,
    /// `PULSE_AUTH_ACCESS_TOKEN_TTL_SECONDS`: life of an access token.
    pub access_token_ttl: Duration,
    /// `PULSE_AUTH_SESSION_TTL_SECONDS`: life of a session that is not to be remembered.
    pub session_ttl: Duration,
    /// `PULSE_AUTH_SESSION_IDLE_SECONDS`: life of a session that nobody refreshes.
    pub session_idle: Duration,
    /// `PULSE_AUTH_ALLOWED_SIGNUP`: whether accounts can be made.
    pub allowed_signup: bool,
    /// `PULSE_AUTH_KEY_ROTATION_DAYS`: how long a signing key signs; 0 becomes `None`, never rotated by itself.
    pub key_rotation: Option<Duration>,
    /// `PULSE_AUTH_HASHING_THREADS`: passwords hashed at once.
    pub hashing_threads: usize,
    /// `PULSE_AUTH_HASHING_QUEUE`: sign-ins that may wait for that.
    pub hashing_queue: usize,
    /// `PULSE_AUTH_SMTP_URL`: the server that takes mails, `smtp://user:password@host:port?tls=required` or `smtps://…`.
    /// `PULSE_AUTH_MAIL_DIR`: without a server, the folder that they are written into.
    pub mail_transport: Transport,
    /// `PULSE_AUTH_MAIL_FROM`: who mails come from.
    pub mail_from: Mailbox,
    /// `PULSE_AUTH_OIDC_<ID>_ISSUER`: an outside provider, one for each ID; `GOOGLE` is a preset.
    /// `PULSE_AUTH_OIDC_<ID>_CLIENT_ID`: who we are there.
    /// `PULSE_AUTH_OIDC_<ID>_CLIENT_SECRET`: how we prove it.
    /// `PULSE_AUTH_OIDC_<ID>_NAME`: what people call it.
    pub oidc: Vec<ProviderSettings>,
    /// `PULSE_SERVICE_KEY`: who we are when we call others.
    pub identity: Arc<Identity>,
    /// `PULSE_SERVICE_CALLERS`: public keys of those who call us.
    pub callers: Callers,
}

impl Settings {
    /// Reads the settings; faults are kept by the reader.
    pub fn read(read: &mut Reader) -> Option<Self> {
        let listen = read.required("PULSE_AUTH_LISTEN");
        let admin_listen = read.required("PULSE_AUTH_ADMIN_LISTEN");
        let database_url = read.secret("PULSE_AUTH_DATABASE_URL");
        let nats_url = read.secret("PULSE_AUTH_NATS_URL");
        let social_graph =
            read.required("PULSE_AUTH_SOCIAL_GRAPH_ADDR").map(|GrpcAddress(endpoint)| endpoint);
        let message_store =
            read.required("PULSE_AUTH_MESSAGE_STORE_ADDR").map(|GrpcAddress(endpoint)| endpoint);
        let sealing_key = read.parsed_secret("PULSE_AUTH_SEALING_KEY");
        let public_url = read.or("PULSE_PUBLIC_URL", DEFAULT_PUBLIC_URL.to_owned());
        let access_token_ttl =
            seconds(read, "PULSE_AUTH_ACCESS_TOKEN_TTL_SECONDS", DEFAULT_ACCESS_TOKEN_TTL_SECONDS);
        let session_ttl = seconds(read, "PULSE_AUTH_SESSION_TTL_SECONDS", DEFAULT_SESSION_TTL_SECONDS);
        let session_idle = seconds(read, "PULSE_AUTH_SESSION_IDLE_SECONDS", DEFAULT_SESSION_IDLE_SECONDS);
        let allowed_signup = read.switch("PULSE_AUTH_ALLOWED_SIGNUP", true);
        let key_rotation = days(read, "PULSE_AUTH_KEY_ROTATION_DAYS", DEFAULT_KEY_ROTATION_DAYS);
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let hashing_threads = positive(read, "PULSE_AUTH_HASHING_THREADS", (cores / 2).max(1));
        let hashing_queue = positive(read, "PULSE_AUTH_HASHING_QUEUE", DEFAULT_HASHING_QUEUE);
        let mail_transport = read_mail_transport(read);
        let mail_from = read.or("PULSE_AUTH_MAIL_FROM", DEFAULT_MAIL_FROM.to_owned());
        let mail_from = mail_from.and_then(|text| read_mailbox(read, &text));
        let oidc = oidc::read(read);
        let identity = read_identity(read);
        let callers = read.required("PULSE_SERVICE_CALLERS");
        Some(Self {
            listen: listen?,
            admin_listen: admin_listen?,
            database_url: database_url?,
            nats_url: nats_url?,
            social_graph: social_graph?,
            message_store: message_store?,
            sealing_key: sealing_key?,
            public_url: public_url?.trim_end_matches('/').to_owned(),
            access_token_ttl: access_token_ttl?,
            session_ttl: session_ttl?,
            session_idle: session_idle?,
            allowed_signup: allowed_signup?,
            key_rotation: key_rotation?,
            hashing_threads: hashing_threads?,
            hashing_queue: hashing_queue?,
            mail_transport: mail_transport?,
            mail_from: mail_from?,
            oidc: oidc?,
            identity: Arc::new(identity?),
            callers: callers?,
        })
    }
}

/// `http://host:port` or `host:port`.
struct GrpcAddress(Endpoint);

impl FromStr for GrpcAddress {
    type Err = tonic::transport::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.contains("://") {
            true => text.parse().map(Self),
            false => format!("http://{text}").parse().map(Self),
        }
    }
}

/// From one second to ten years: what can be added to any moment.
fn seconds(read: &mut Reader, name: &str, default: u64) -> Option<Duration> {
    const LONGEST: u64 = 10 * 365 * 24 * 3600;
    let seconds = read.or(name, default)?;
    if !(1..=LONGEST).contains(&seconds) {
        read.fault(format!("{name} is 1 to {LONGEST} seconds, not {seconds}"));
        return None;
    }
    Some(Duration::from_secs(seconds))
}

/// From one day to ten years; 0 means never.
fn days(read: &mut Reader, name: &str, default: u64) -> Option<Option<Duration>> {
    const LONGEST: u64 = 10 * 365;
    let days = read.or(name, default)?;
    if days > LONGEST {
        read.fault(format!("{name} is 0 to {LONGEST} days, not {days}"));
        return None;
    }
    Some((days > 0).then(|| Duration::from_secs(days * 24 * 3600)))
}

fn positive(read: &mut Reader, name: &str, default: usize) -> Option<usize> {
    const MOST: usize = 65_536;
    let value = read.or(name, default)?;
    if !(1..=MOST).contains(&value) {
        read.fault(format!("{name} is 1 to {MOST}, not {value}"));
        return None;
    }
    Some(value)
}

/// A server or a folder: a mail that goes nowhere would lock people out.
fn read_mail_transport(read: &mut Reader) -> Option<Transport> {
    let folder = read.optional::<PathBuf>("PULSE_AUTH_MAIL_DIR")?;
    match (read.optional_secret("PULSE_AUTH_SMTP_URL")?, folder) {
        (Some(server), _) => Some(Transport::Smtp(server)),
        (None, Some(folder)) => Some(Transport::Folder(folder)),
        (None, None) => {
            read.fault(
                "PULSE_AUTH_SMTP_URL is not set: name the server that takes mails, or set PULSE_AUTH_MAIL_DIR to a \
                 folder that they are written into",
            );
            None
        }
    }
}

fn read_mailbox(read: &mut Reader, text: &str) -> Option<Mailbox> {
    let mailbox = text.parse().ok();
    if mailbox.is_none() {
        read.fault("PULSE_AUTH_MAIL_FROM is an address like `PulseChat <no-reply@example.org>`");
    }
    mailbox
}

fn read_identity(read: &mut Reader) -> Option<Identity> {
    let seed = read.secret("PULSE_SERVICE_KEY")?;
    match Identity::from_seed(ServiceName::Auth, seed.expose_secret()) {
        Ok(identity) => Some(identity),
        Err(error) => {
            read.fault(format!("PULSE_SERVICE_KEY: {error}"));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &[&str] = &[
        "PULSE_AUTH_LISTEN",
        "PULSE_AUTH_ADMIN_LISTEN",
        "PULSE_AUTH_DATABASE_URL",
        "PULSE_AUTH_NATS_URL",
        "PULSE_AUTH_SOCIAL_GRAPH_ADDR",
        "PULSE_AUTH_MESSAGE_STORE_ADDR",
        "PULSE_AUTH_SEALING_KEY",
        "PULSE_PUBLIC_URL",
        "PULSE_AUTH_ACCESS_TOKEN_TTL_SECONDS",
        "PULSE_AUTH_SESSION_TTL_SECONDS",
        "PULSE_AUTH_ALLOWED_SIGNUP",
        "PULSE_AUTH_SESSION_IDLE_SECONDS",
        "PULSE_AUTH_KEY_ROTATION_DAYS",
        "PULSE_AUTH_HASHING_THREADS",
        "PULSE_AUTH_HASHING_QUEUE",
        "PULSE_AUTH_SMTP_URL",
        "PULSE_AUTH_MAIL_DIR",
        "PULSE_AUTH_MAIL_FROM",
        "PULSE_AUTH_OIDC_<ID>_ISSUER",
        "PULSE_AUTH_OIDC_<ID>_CLIENT_ID",
        "PULSE_AUTH_OIDC_<ID>_CLIENT_SECRET",
        "PULSE_AUTH_OIDC_<ID>_NAME",
        "PULSE_SERVICE_KEY",
        "PULSE_SERVICE_CALLERS",
    ];

    #[test]
    fn the_readme_and_this_file_list_every_setting() {
        for name in NAMES {
            assert!(
                include_str!("../README.md").contains(&format!("`{name}`")),
                "{name} is not in README.md"
            );
            assert!(include_str!("config.rs").contains(&format!("`{name}`")), "{name} is not documented");
        }
        let is_documentation = |line: &&str| line.trim_start().starts_with("/// `PULSE_");
        let spelled = include_str!("config.rs").lines().filter(is_documentation).count();
        assert_eq!(spelled, NAMES.len());
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let mut read =
            Reader::from_pairs([("PULSE_AUTH_HASHING_QUEUE", "0"), ("PULSE_AUTH_SEALING_KEY", "hunter2")]);
        let settings = Settings::read(&mut read);
        let error = read.finish(|| settings).expect_err("faults").to_string();
        for name in
            ["PULSE_AUTH_LISTEN", "PULSE_AUTH_HASHING_QUEUE", "PULSE_AUTH_SEALING_KEY", "PULSE_SERVICE_KEY"]
        {
            assert!(error.contains(name), "{error}");
        }
        assert!(!error.contains("hunter2"));
    }
}
