//! For whom something is counted.

use std::net::{IpAddr, Ipv6Addr};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pulse_types::UserId;

/// Bits of an IPv6 address that name a client: whoever has an address has the 2^64 beside it (RFC 6177).
const IPV6_PREFIX_BITS: u32 = 64;

/// A client's address, a user, or a text; as it stands in the key of a counter, without what people typed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subject(String);

impl Subject {
    /// The text in the key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<IpAddr> for Subject {
    fn from(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(ip) => Self(ip.to_string()),
            IpAddr::V6(ip) => {
                let network = ip.to_bits() >> (128 - IPV6_PREFIX_BITS) << (128 - IPV6_PREFIX_BITS);
                Self(format!("{}/{IPV6_PREFIX_BITS}", Ipv6Addr::from_bits(network)))
            }
        }
    }
}

impl From<UserId> for Subject {
    fn from(user_id: UserId) -> Self {
        Self(user_id.to_string())
    }
}

/// What somebody typed, without regard to case and space around it; only its hash is kept.
impl From<&str> for Subject {
    fn from(text: &str) -> Self {
        let hash = digest(&SHA256, text.trim().to_lowercase().as_bytes());
        Self(URL_SAFE_NO_PAD.encode(hash.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ip: &str) -> String {
        Subject::from(ip.parse::<IpAddr>().expect("an address")).0
    }

    #[test]
    fn addresses_of_one_client_are_one_subject() {
        assert_eq!(of("203.0.113.9"), "203.0.113.9");
        assert_eq!(of("::ffff:203.0.113.9"), "203.0.113.9");
        assert_eq!(of("2001:db8:1:2::1"), "2001:db8:1:2::/64");
        assert_eq!(of("2001:db8:1:2:ffff:ffff:ffff:ffff"), of("2001:db8:1:2::1"));
        assert_ne!(of("2001:db8:1:3::1"), of("2001:db8:1:2::1"));
    }

    #[test]
    fn what_was_typed_can_not_be_read_in_a_key() {
        let subject = Subject::from(" Ada@Example.org");
        assert_eq!(subject, Subject::from("ada@example.org"));
        assert!(!subject.as_str().to_lowercase().contains("ada") && subject.as_str().len() == 43);
    }
}
