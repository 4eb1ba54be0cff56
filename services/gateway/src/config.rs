//! Every setting of the gateway.

pub mod limits;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use pulse_rpc::{Identity, ServiceName};
use pulse_runtime::Reader;
use secrecy::{ExposeSecret as _, SecretString};
use tonic::transport::Endpoint;

use crate::domain::Limits;

/// All settings, read and checked. Some hold passwords, so they can't be printed.
pub struct Settings {
    /// `PULSE_GATEWAY_LISTEN`: own addresses, comma-separated.
    pub listen: Vec<SocketAddr>,
    /// `PULSE_GATEWAY_SHARED_LISTEN`: addresses that several gateways share (`SO_REUSEPORT`).
    pub shared_listen: Vec<SocketAddr>,
    /// `PULSE_GATEWAY_ADMIN_LISTEN`: the admin port.
    pub admin_listen: SocketAddr,
    /// `PULSE_GATEWAY_AUTH_ADDR`: gRPC address of auth.
    pub auth: Endpoint,
    /// `PULSE_GATEWAY_SOCIAL_GRAPH_ADDR`: gRPC address of social-graph.
    pub social_graph: Endpoint,
    /// `PULSE_GATEWAY_MESSAGE_STORE_ADDR`: gRPC address of message-store.
    pub message_store: Endpoint,
    /// `PULSE_GATEWAY_NATS_URL`: the bus.
    pub nats_url: String,
    /// `PULSE_GATEWAY_REDIS_URL`: presence.
    pub redis_url: String,
    /// `PULSE_GATEWAY_WEB_DIR`: the built web client; nothing is served without it.
    pub web_dir: Option<PathBuf>,
    /// `PULSE_PUBLIC_URL`: where people find us.
    pub public_url: PublicUrl,
    /// `PULSE_INSECURE_COOKIES`: cookies without `Secure`, on plain localhost alone.
    pub insecure_cookies: bool,
    /// `PULSE_GATEWAY_ALLOWED_ORIGINS`: further origins for pages.
    pub allowed_origins: Vec<Origin>,
    /// `PULSE_GATEWAY_TRUSTED_PROXIES`: networks whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<Network>,
    /// `PULSE_GATEWAY_RATE_LIMITS`: `off` lifts the rate limits, for load tests.
    pub rate_limits: bool,
    /// `PULSE_GATEWAY_PRESENCE_GRACE_SECONDS`: how long after the last socket somebody is still there.
    pub presence_grace: Duration,
    /// `PULSE_GATEWAY_HEARTBEAT_INTERVAL_SECONDS`: how often sockets are pinged.
    pub heartbeat_interval: Duration,
    /// `PULSE_GATEWAY_POD`: what this process is called in the list of live sockets.
    pub pod: String,
    /// `PULSE_AUTH_ALLOWED_SIGNUP`: whether accounts can be made; auth sees to it, here it is told.
    pub allowed_signup: bool,
    /// `PULSE_AUTH_REQUIRE_VERIFIED_EMAIL`: sends, follows and new conversations need a verified address.
    pub require_verified_email: bool,
    /// What clients are told; the settings are in [`limits`].
    pub limits: Limits,
    /// `PULSE_SERVICE_KEY`: who we are to other services.
    pub identity: Arc<Identity>,
}

impl Settings {
    /// Reads all; faults are kept by the reader.
    pub fn read(read: &mut Reader) -> Option<Self> {
        let listen = read.list("PULSE_GATEWAY_LISTEN");
        let shared_listen = read.list("PULSE_GATEWAY_SHARED_LISTEN");
        let admin_listen = read.or("PULSE_GATEWAY_ADMIN_LISTEN", SocketAddr::from(([127, 0, 0, 1], 9080)));
        let auth = endpoint(read, "PULSE_GATEWAY_AUTH_ADDR");
        let social_graph = endpoint(read, "PULSE_GATEWAY_SOCIAL_GRAPH_ADDR");
        let message_store = endpoint(read, "PULSE_GATEWAY_MESSAGE_STORE_ADDR");
        let nats_url = read.required("PULSE_GATEWAY_NATS_URL");
        let redis_url = read.required("PULSE_GATEWAY_REDIS_URL");
        let web_dir = read.optional("PULSE_GATEWAY_WEB_DIR");
        let public_url = read.required::<PublicUrl>("PULSE_PUBLIC_URL");
        let insecure_cookies = read.switch("PULSE_INSECURE_COOKIES", false);
        let allowed_origins = read.list("PULSE_GATEWAY_ALLOWED_ORIGINS");
        let trusted_proxies = read.list("PULSE_GATEWAY_TRUSTED_PROXIES");
        let rate_limits = read.switch("PULSE_GATEWAY_RATE_LIMITS", true);
        let presence_grace = read.or("PULSE_GATEWAY_PRESENCE_GRACE_SECONDS", 20);
        let heartbeat_interval = heartbeat_interval(read);
        let pod = read.or("PULSE_GATEWAY_POD", format!("gateway-{}", std::process::id()));
        let allowed_signup = read.switch("PULSE_AUTH_ALLOWED_SIGNUP", true);
        let require_verified_email = read.switch("PULSE_AUTH_REQUIRE_VERIFIED_EMAIL", false);
        let limits = limits::read(read);
        let seed = read.secret("PULSE_SERVICE_KEY");
        let identity = seed.and_then(|seed| identity(read, &seed));
        if listen.as_ref().is_some_and(Vec::is_empty) && shared_listen.as_ref().is_some_and(Vec::is_empty) {
            read.fault("PULSE_GATEWAY_LISTEN or PULSE_GATEWAY_SHARED_LISTEN must name an address, like 127.0.0.1:8080");
        }
        Some(Self {
            listen: listen?,
            shared_listen: shared_listen?,
            admin_listen: admin_listen?,
            auth: auth?,
            social_graph: social_graph?,
            message_store: message_store?,
            nats_url: nats_url?,
            redis_url: redis_url?,
            web_dir: web_dir?,
            public_url: public_url?,
            insecure_cookies: insecure_cookies?,
            allowed_origins: allowed_origins?,
            trusted_proxies: trusted_proxies?,
            rate_limits: rate_limits?,
            presence_grace: Duration::from_secs(presence_grace?),
            heartbeat_interval: heartbeat_interval?,
            pod: pod?,
            allowed_signup: allowed_signup?,
            require_verified_email: require_verified_email?,
            limits: limits?,
            identity: identity?,
        })
    }

    /// Whether pages of this origin may call us: the public URL and the allowed ones. `null` never is.
    #[must_use]
    pub fn allows_origin(&self, origin: &str) -> bool {
        let Ok(origin) = origin.parse::<Origin>() else { return false };
        origin == self.public_url.origin || self.allowed_origins.contains(&origin)
    }

    /// Whether cookies must carry `Secure`: always, but for plain localhost when it is switched off.
    #[must_use]
    pub fn has_secure_cookies(&self) -> bool {
        !(self.insecure_cookies && self.public_url.is_plain_localhost())
    }
}

fn endpoint(read: &mut Reader, name: &str) -> Option<Endpoint> {
    let address: String = read.required(name)?;
    let url = if address.contains("://") { address } else { format!("http://{address}") };
    match Endpoint::from_shared(url.clone()) {
        Ok(endpoint) => Some(endpoint),
        Err(error) => {
            read.fault(format!("{name}: `{url}`: {error}"));
            None
        }
    }
}

/// From 1 s to 10 min: a client takes two intervals of silence for the end of its connection.
fn heartbeat_interval(read: &mut Reader) -> Option<Duration> {
    let seconds = read.or("PULSE_GATEWAY_HEARTBEAT_INTERVAL_SECONDS", 25)?;
    if !(1..=600).contains(&seconds) {
        read.fault("PULSE_GATEWAY_HEARTBEAT_INTERVAL_SECONDS must be from 1 to 600");
        return None;
    }
    Some(Duration::from_secs(seconds))
}

fn identity(read: &mut Reader, seed: &SecretString) -> Option<Arc<Identity>> {
    match Identity::from_seed(ServiceName::Gateway, seed.expose_secret()) {
        Ok(identity) => Some(Arc::new(identity)),
        Err(error) => {
            read.fault(format!("PULSE_SERVICE_KEY: {error}"));
            None
        }
    }
}

/// A setting that is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSetting {
    /// Not an origin.
    #[error("an origin is written like https://chat.example.com, without a path")]
    Origin,
    /// Not a URL of ours.
    #[error("the public URL is written like https://chat.example.com, without a path")]
    PublicUrl,
    /// Not a network.
    #[error("a network is written like 10.0.0.0/8 or 2001:db8::/32")]
    Network,
}

/// Scheme, host and port of a page (RFC 6454), in lower case and without the scheme's default port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl FromStr for Origin {
    type Err = InvalidSetting;

    fn from_str(text: &str) -> Result<Self, InvalidSetting> {
        let uri: Uri = text.parse().map_err(|_| InvalidSetting::Origin)?;
        let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"));
        let (Some(scheme), Some(authority)) = (scheme, uri.authority()) else {
            return Err(InvalidSetting::Origin);
        };
        let has_more = !uri.path().trim_end_matches('/').is_empty()
            || uri.query().is_some()
            || authority.as_str().contains('@');
        if has_more || authority.host().is_empty() {
            return Err(InvalidSetting::Origin);
        }
        let host = authority.host().to_ascii_lowercase();
        let default_port = if scheme == "https" { 443 } else { 80 };
        let port = authority.port_u16().filter(|port| *port != default_port);
        Ok(Self(
            port.map_or_else(|| format!("{scheme}://{host}"), |port| format!("{scheme}://{host}:{port}")),
        ))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where people find us, without a slash at the end; also the `iss` of access tokens, letter by letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    /// Its origin.
    pub origin: Origin,
}

impl PublicUrl {
    /// As it was set, without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether browsers reach us by TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.origin.0.starts_with("https://")
    }

    /// Whether it is `http://localhost` or `http://127.0.0.1`, with any port.
    #[must_use]
    pub fn is_plain_localhost(&self) -> bool {
        let rest = self.origin.0.strip_prefix("http://").unwrap_or_default();
        let host = rest.split(':').next().unwrap_or_default();
        matches!(host, "localhost" | "127.0.0.1")
    }
}

impl FromStr for PublicUrl {
    type Err = InvalidSetting;

    fn from_str(text: &str) -> Result<Self, InvalidSetting> {
        let origin = text.parse().map_err(|_| InvalidSetting::PublicUrl)?;
        Ok(Self { text: text.trim_end_matches('/').to_owned(), origin })
    }
}

/// A block of addresses in CIDR notation; a bare address is a block of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix_bits: u8,
}

impl Network {
    /// Whether an address lies in it. An IPv4 address inside IPv6 counts as IPv4.
    #[must_use]
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.address, ip.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(ip)) => {
                same_prefix(network.to_bits().into(), ip.to_bits().into(), 32, self.prefix_bits)
            }
            (IpAddr::V6(network), IpAddr::V6(ip)) => {
                same_prefix(network.to_bits(), ip.to_bits(), 128, self.prefix_bits)
            }
            _ => false,
        }
    }
}

fn same_prefix(left: u128, right: u128, width_bits: u8, prefix_bits: u8) -> bool {
    let host_bits = u32::from(width_bits.saturating_sub(prefix_bits));
    // A shift by all 128 bits leaves nothing to differ.
    left.checked_shr(host_bits) == right.checked_shr(host_bits)
}

impl FromStr for Network {
    type Err = InvalidSetting;

    fn from_str(text: &str) -> Result<Self, InvalidSetting> {
        let (address, prefix) =
            text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| InvalidSetting::Network)?;
        let width_bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix_bits = prefix.map_or(Ok(width_bits), str::parse).map_err(|_| InvalidSetting::Network)?;
        if prefix_bits > width_bits {
            return Err(InvalidSetting::Network);
        }
        Ok(Self { address, prefix_bits })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_one_spelling() {
        for (text, expected) in [
            ("https://Chat.Example:443/", Some("https://chat.example")),
            ("http://localhost:8080", Some("http://localhost:8080")),
            ("http://[::1]:80", Some("http://[::1]")),
            ("https://chat.example/app", None),
            ("https://me@chat.example", None),
            ("ftp://chat.example", None),
            ("null", None),
            ("", None),
        ] {
            assert_eq!(
                text.parse::<Origin>().ok().map(|origin| origin.to_string()).as_deref(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn only_plain_localhost_may_go_without_secure_cookies() {
        for (text, expected) in [
            ("http://localhost:8080", true),
            ("http://127.0.0.1", true),
            ("https://localhost", false),
            ("http://localhost.evil.example", false),
        ] {
            assert_eq!(text.parse::<PublicUrl>().expect("a URL").is_plain_localhost(), expected, "{text}");
        }
    }

    #[test]
    fn a_network_holds_its_addresses() {
        let holds = |network: &str, ip: &str| {
            network.parse::<Network>().expect("a network").contains(ip.parse().expect("an address"))
        };
        assert!(holds("10.0.0.0/8", "10.200.1.1"));
        assert!(holds("10.0.0.0/8", "::ffff:10.1.1.1"));
        assert!(!holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("0.0.0.0/0", "1.2.3.4"));
        assert!(holds("127.0.0.1", "127.0.0.1"));
        assert!(holds("::/0", "2001:db8::1"));
        assert!(holds("2001:db8::/32", "2001:db8:1::1"));
        assert!(!holds("2001:db8::/32", "10.0.0.1"));
        assert_eq!("10.0.0.0/33".parse::<Network>(), Err(InvalidSetting::Network));
        assert_eq!("ten".parse::<Network>(), Err(InvalidSetting::Network));
    }
}
