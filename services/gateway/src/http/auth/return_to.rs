//! Where a browser may be sent after an outside sign-in: to the public URL and the allowed origins, nowhere else. Whatever a
//! browser might read otherwise than we do is refused.

use pulse_rpc::Failure;

use crate::config::Settings;
use crate::json::Fields;

/// Where it goes when nobody says.
const DEFAULT: &str = "/";
const MAX_BYTES: usize = 2048;

/// Reads `return_to`.
pub(super) fn read(settings: &Settings, fields: &mut Fields) -> Option<String> {
    let Some(text) = fields.optional_text("return_to")? else { return Some(DEFAULT.to_owned()) };
    if is_allowed(settings, &text) {
        return Some(text);
    }
    fields.fault(
        "return_to",
        "invalid",
        "must be a path like `/chat`, or a URL on the public URL or an allowed origin, without a fragment",
    );
    None
}

/// What auth kept of it, checked once more: the allowed origins may have changed.
pub(super) fn checked(settings: &Settings, text: String) -> String {
    if is_allowed(settings, &text) { text } else { DEFAULT.to_owned() }
}

/// Appends what the page is told. `value` is a code of ours or a name of a closed list.
///
/// # Errors
/// `internal` when the value can't stand in a fragment.
pub(super) fn with_fragment(return_to: &str, name: &str, value: &str) -> Result<String, Failure> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
    match !value.is_empty() && value.chars().all(is_plain) {
        true => Ok(format!("{return_to}#{name}={value}")),
        false => Err(Failure::internal(format!("auth gave a `{name}` that can't stand in an address"))),
    }
}

fn is_allowed(settings: &Settings, text: &str) -> bool {
    // Browsers drop tabs and newlines and read a backslash as a slash; a fragment is ours to add.
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'#' | b'"' | b'<' | b'>');
    if text.len() > MAX_BYTES || !text.bytes().all(is_plain) {
        return false;
    }
    if let Some(rest) = text.strip_prefix('/') {
        return !rest.starts_with('/');
    }
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let is_http = ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    is_http && !authority.contains('@') && settings.allows_origin(&format!("{scheme}://{authority}"))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use pulse_runtime::Reader;

    use super::*;

    fn settings() -> Settings {
        let seed = URL_SAFE_NO_PAD.encode([1; 32]);
        let mut reader = Reader::from_pairs([
            ("PULSE_GATEWAY_LISTEN", "127.0.0.1:0"),
            ("PULSE_GATEWAY_AUTH_ADDR", "localhost:1"),
            ("PULSE_GATEWAY_SOCIAL_GRAPH_ADDR", "localhost:1"),
            ("PULSE_GATEWAY_MESSAGE_STORE_ADDR", "localhost:1"),
            ("PULSE_GATEWAY_NATS_URL", "nats://localhost:1"),
            ("PULSE_GATEWAY_REDIS_URL", "redis://localhost:1"),
            ("PULSE_PUBLIC_URL", "https://chat.example"),
            ("PULSE_GATEWAY_ALLOWED_ORIGINS", "https://friend.example:8443"),
            ("PULSE_SERVICE_KEY", &seed),
        ]);
        let settings = Settings::read(&mut reader);
        reader.finish(|| settings).expect("settings")
    }

    #[test]
    fn only_our_own_pages_and_allowed_origins_are_returned_to() {
        let settings = settings();
        for good in [
            "/",
            "/chat?with=ada&x=%2f%2fevil",
            "/./a/..//b",
            "https://chat.example",
            "https://chat.example/",
            "HTTPS://CHAT.example:443/a?b=https://evil.example",
            "https://friend.example:8443/a",
        ] {
            assert!(is_allowed(&settings, good), "{good}");
        }
        for bad in [
            "",
            "chat",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\tevil",
            "/\n/evil.example",
            " /",
            "/a b",
            "/a#code=1",
            "/ä",
            "http://chat.example",
            "https://chat.example:8443",
            "https://friend.example",
            "https://chat.example@evil.example",
            "https://chat.example:443@evil.example/",
            "https://me@chat.example/",
            "https://chat.example.evil.example",
            "https://evil.example/https://chat.example",
            "https://evil.example?https://chat.example",
            "https://chat.example\\.evil.example",
            "https:chat.example",
            "https:/chat.example",
            "https:///chat.example",
            "https://chat.example#x",
            "javascript:alert(1)",
            "javascript://chat.example/%0aalert(1)",
            "data:text/html,x",
            "ftp://chat.example/",
        ] {
            assert!(!is_allowed(&settings, bad), "{bad:?}");
        }
        assert!(!is_allowed(&settings, &format!("/{}", "a".repeat(MAX_BYTES))));
        assert_eq!(checked(&settings, "https://evil.example/".to_owned()), "/");
    }

    #[test]
    fn a_fragment_holds_plain_values_alone() {
        assert_eq!(with_fragment("/chat", "code", "aB-_9").expect("plain"), "/chat#code=aB-_9");
        for bad in ["", "a b", "a&error=x", "a\r\nSet-Cookie: x"] {
            assert!(with_fragment("/", "code", bad).is_err(), "{bad:?}");
        }
    }
}
