//! A provider as it is configured.

use std::fmt::{self, Display};
use std::net::IpAddr;
use std::str::FromStr;

use openidconnect::IssuerUrl;
use openidconnect::url::{Host, Url};
use secrecy::SecretString;

/// Most characters of a provider's id.
const ID_MAX: usize = 32;

/// What a provider is called in our URLs: `^[a-z0-9_]{1,32}$`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProviderId(String);

impl ProviderId {
    /// Reads an id; `None` if it can't be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let is_id = (1..=ID_MAX).contains(&text.len()) && text.chars().all(is_word);
        is_id.then(|| Self(text.to_owned()))
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an issuer is an https URL without query and fragment; http is taken on this machine alone")]
pub struct InvalidIssuer;

/// Who vouches: an `https` URL, or `http` on a loopback address. Kept and compared exactly as written
/// (OpenID Connect Core 1.0 section 3.1.3.7, point 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer(IssuerUrl);

impl FromStr for Issuer {
    type Err = InvalidIssuer;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let issuer = IssuerUrl::new(text.to_owned()).map_err(|_| InvalidIssuer)?;
        let url = issuer.url();
        let is_plain = url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if is_plain && (url.scheme() == "https" && url.has_host() || is_http_on_loopback(url)) {
            Ok(Self(issuer))
        } else {
            Err(InvalidIssuer)
        }
    }
}

impl Issuer {
    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// For the library.
    #[must_use]
    pub const fn url(&self) -> &IssuerUrl {
        &self.0
    }

    /// Whether it is a provider on this machine, over plain http.
    #[must_use]
    pub fn is_local(&self) -> bool {
        is_http_on_loopback(self.0.url())
    }

    /// Whether an address that the issuer announces may be called: by `https`, or on this machine if the issuer is there
    /// too.
    #[must_use]
    pub fn may_name(&self, endpoint: &Url) -> bool {
        endpoint.scheme() == "https" || self.is_local() && is_http_on_loopback(endpoint)
    }
}

fn is_http_on_loopback(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    };
    url.scheme() == "http" && is_loopback
}

/// A provider as it is configured. The secret is never printed.
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    /// What it is called in our URLs.
    pub provider_id: ProviderId,
    /// Who vouches.
    pub issuer: Issuer,
    /// Who we are there.
    pub client_id: String,
    /// How we prove it.
    pub client_secret: SecretString,
    /// What people call it.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_fit_into_a_path() {
        for good in ["google", "a", "my_idp_2"] {
            assert_eq!(ProviderId::parse(good).map(|id| id.0), Some(good.to_owned()));
        }
        for bad in ["", "Google", "a-b", "a/b", "ä", &"a".repeat(33)] {
            assert_eq!(ProviderId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_issuer_is_https_or_on_this_machine() {
        for good in [
            "https://accounts.google.com",
            "https://idp.example/realms/a/",
            "http://localhost:3000",
            "http://127.0.0.1:3000/x",
            "http://[::1]:3000",
        ] {
            assert_eq!(good.parse::<Issuer>().map(|issuer| issuer.as_str().to_owned()), Ok(good.to_owned()));
        }
        for bad in [
            "",
            "accounts.google.com",
            "http://idp.example",
            "http://localhost.evil.example",
            "http://10.0.0.1",
            "https://idp.example?x=y",
            "https://idp.example#x",
            "https://me:pass@idp.example",
            "ftp://localhost",
            "data:text/plain,x",
        ] {
            assert_eq!(bad.parse::<Issuer>(), Err(InvalidIssuer), "{bad}");
        }
    }

    #[test]
    fn an_issuer_elsewhere_can_not_send_us_to_this_machine() {
        let url = |text: &str| Url::parse(text).expect("a URL");
        let far: Issuer = "https://idp.example".parse().expect("an issuer");
        let near: Issuer = "http://localhost:3000".parse().expect("an issuer");
        assert!(far.may_name(&url("https://other.example/token")));
        assert!(!far.may_name(&url("http://127.0.0.1:8080/token")));
        assert!(!far.may_name(&url("http://idp.example/token")));
        assert!(near.may_name(&url("http://127.0.0.1:8080/token")));
        assert!(!near.may_name(&url("http://idp.example/token")));
        assert!(!near.may_name(&url("file:///etc/passwd")));
    }
}
