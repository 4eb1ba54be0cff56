//! Who has an account, and the rules of what they are called and where they are written to (contract section 2).

use pulse_types::UserId;
use time::OffsetDateTime;

use crate::domain::fault::Fault;

/// Fewest and most characters of a username.
pub const USERNAME_MIN: usize = 3;
/// See [`USERNAME_MIN`].
pub const USERNAME_MAX: usize = 32;
/// Most characters of an address.
pub const EMAIL_MAX: usize = 254;
/// Most Unicode scalar values of a display name.
pub const DISPLAY_NAME_MAX: usize = 64;
/// Most bytes before the `@` (RFC 5321 section 4.5.3.1.1).
const EMAIL_LOCAL_MAX_BYTES: usize = 64;
/// Most bytes of one part of a host name (RFC 1035 section 2.3.4).
const HOST_LABEL_MAX_BYTES: usize = 63;

/// What a person signs in with: lower case, `^[a-z0-9_](\.?[a-z0-9_])*$`, 3 to 32 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Username(String);

impl Username {
    /// Trims and lower-cases what a person typed. Only ASCII is lower-cased: no other letter may stand in for one of ours.
    ///
    /// # Errors
    /// `required`, `too_short`, `too_long` or `invalid`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let name = text.trim().to_ascii_lowercase();
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let is_well_formed = name.split('.').all(|part| !part.is_empty() && part.chars().all(is_word));
        match name.chars().count() {
            0 => Err(Fault::required("username")),
            count if count < USERNAME_MIN => {
                Err(Fault::new("username", "too_short", format!("at least {USERNAME_MIN} characters")))
            }
            count if count > USERNAME_MAX => {
                Err(Fault::new("username", "too_long", format!("at most {USERNAME_MAX} characters")))
            }
            _ if !is_well_formed => Err(Fault::new(
                "username",
                "invalid",
                "letters a-z, digits and _, with single dots between them",
            )),
            _ => Ok(Self(name)),
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where mail goes: kept as typed, compared without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    text: String,
    lower: String,
}

impl Email {
    /// Trims what a person typed and checks that mail could be addressed so. Whether it arrives is another question.
    ///
    /// # Errors
    /// `required`, `too_long` or `invalid`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Fault::required("email"));
        }
        if text.chars().count() > EMAIL_MAX {
            return Err(Fault::new("email", "too_long", format!("at most {EMAIL_MAX} characters")));
        }
        let is_well_formed =
            text.rsplit_once('@').is_some_and(|(local, host)| is_local_part(local) && is_host(host));
        if !is_well_formed {
            return Err(Fault::new("email", "invalid", "an address looks like name@example.org"));
        }
        Ok(Self { text: text.to_owned(), lower: comparable(text) })
    }

    /// As typed, trimmed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// For comparison.
    #[must_use]
    pub fn lower(&self) -> &str {
        &self.lower
    }
}

/// A typed identifier or address as it is compared: trimmed, without regard to case.
#[must_use]
pub fn comparable(text: &str) -> String {
    text.trim().to_lowercase()
}

fn is_same(email: Option<&str>, email_lower: &str) -> bool {
    email.is_some_and(|email| comparable(email) == email_lower)
}

/// Dot-separated atoms of RFC 5322 section 3.2.3, and letters beyond ASCII (RFC 6531). Quoted parts are not taken.
fn is_local_part(local: &str) -> bool {
    let is_atom_char = |c: char| {
        if c.is_ascii() {
            c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
        } else {
            c.is_alphanumeric()
        }
    };
    local.len() <= EMAIL_LOCAL_MAX_BYTES
        && local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom_char))
}

/// A host name of at least two labels.
fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=HOST_LABEL_MAX_BYTES).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c == '-' || c.is_alphanumeric())
    };
    host.contains('.') && host.split('.').all(is_label)
}

/// How a person wants to be called: 1 to 64 Unicode scalar values, trimmed, otherwise as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayName(String);

impl DisplayName {
    /// Trims what a person typed.
    ///
    /// # Errors
    /// `too_short`, `too_long` or `invalid`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        match text.chars().count() {
            0 => Err(Fault::new("display_name", "too_short", "at least 1 character, or leave it out")),
            count if count > DISPLAY_NAME_MAX => {
                Err(Fault::new("display_name", "too_long", format!("at most {DISPLAY_NAME_MAX} characters")))
            }
            _ if text.contains('\0') => Err(Fault::nul("display_name")),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&Username> for DisplayName {
    /// Whoever names nothing is shown by their username.
    fn from(username: &Username) -> Self {
        Self(username.0.clone())
    }
}

/// What auth knows of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Whose account it is.
    pub user_id: UserId,
    /// What they sign in with.
    pub username: String,
    /// Their address, as typed.
    pub email: Option<String>,
    /// Whether the address was shown to be theirs.
    pub is_email_verified: bool,
    /// The address that waits for verification, as typed.
    pub pending_email: Option<String>,
    /// PHC string; absent when they sign in elsewhere only.
    pub password_hash: Option<String>,
    /// Whether a second factor is asked for at sign-in.
    pub is_totp_enabled: bool,
    /// `operator`, or nothing.
    pub roles: Vec<String>,
    /// When it was made.
    pub created_at: OffsetDateTime,
}

impl Account {
    /// Whether an address, as it is compared, would be verified for this account: it waits, or nobody verified the present
    /// one yet.
    #[must_use]
    pub fn waits_for(&self, email_lower: &str) -> bool {
        is_same(self.pending_email.as_deref(), email_lower)
            || (!self.is_email_verified && self.has_address(email_lower))
    }

    /// Whether its present address is this one, as it is compared.
    #[must_use]
    pub fn has_address(&self, email_lower: &str) -> bool {
        is_same(self.email.as_deref(), email_lower)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code<T>(result: Result<T, Fault>) -> &'static str {
        result.map_or_else(|fault| fault.code, |_| "ok")
    }

    #[test]
    fn usernames_are_lower_cased_and_dots_stand_alone_inside() {
        assert_eq!(Username::parse(" Ada.Lovelace_1 ").map(|name| name.0), Ok("ada.lovelace_1".to_owned()));
        let cases = [
            ("", "required"),
            ("ab", "too_short"),
            ("abc", "ok"),
            (".abc", "invalid"),
            ("abc.", "invalid"),
            ("a..b", "invalid"),
            ("a-b", "invalid"),
            ("a\0b", "invalid"),
            ("\u{212A}elvin", "invalid"),
            ("äbc", "invalid"),
        ];
        for (text, expected) in cases {
            assert_eq!(code(Username::parse(text)), expected, "{text:?}");
        }
        assert_eq!(code(Username::parse(&"a".repeat(32))), "ok");
        assert_eq!(code(Username::parse(&"a".repeat(33))), "too_long");
    }

    #[test]
    fn addresses_are_sane() {
        for good in ["a@b.c", " Ada+x@Mail.Example.org ", "o'neil@example.co", "jörg@bücher.example"] {
            assert_eq!(code(Email::parse(good)), "ok", "{good:?}");
        }
        for bad in [
            "a",
            "@b.c",
            "a@",
            "a@b",
            "a b@c.d",
            "a@b..c",
            "a@.b",
            "a@-b.c",
            ".a@b.c",
            "a.@b.c",
            "a..b@c.d",
            "a@b@c.d",
            "a\0@b.c",
            "a@b.c>",
            "<a@b.c",
            "a@b.c\nBcc: x@y.z",
            "\"a\"@b.c",
        ] {
            assert_eq!(code(Email::parse(bad)), "invalid", "{bad:?}");
        }
        assert_eq!(code(Email::parse("  ")), "required");
        let host = format!("{0}.{0}.{0}", "h".repeat(63));
        assert_eq!(code(Email::parse(&format!("{}@{host}", "a".repeat(254 - 192)))), "ok");
        assert_eq!(code(Email::parse(&format!("{}@{host}", "a".repeat(255 - 192)))), "too_long");
    }

    #[test]
    fn display_names_are_trimmed_and_counted_in_scalar_values() {
        assert_eq!(DisplayName::parse("  Ada 👩‍💻 ").map(|name| name.0), Ok("Ada 👩‍💻".to_owned()));
        assert_eq!(code(DisplayName::parse(&"😀".repeat(64))), "ok");
        assert_eq!(code(DisplayName::parse(&"😀".repeat(65))), "too_long");
        assert_eq!(code(DisplayName::parse(" \n ")), "too_short");
        assert_eq!(code(DisplayName::parse("a\0b")), "invalid");
    }

    proptest! {
        #[test]
        fn every_name_of_the_pattern_is_taken_in_any_case(name in r"[a-zA-Z0-9_](\.?[a-zA-Z0-9_]){2,14}") {
            let parsed = Username::parse(&name).expect("fits the pattern");
            prop_assert_eq!(parsed.as_str(), name.to_ascii_lowercase());
            prop_assert_eq!(Username::parse(parsed.as_str()), Ok(parsed.clone()), "a second reading changes nothing");
        }

        #[test]
        fn whatever_is_taken_fits_the_pattern(text in "\\PC{0,40}") {
            if let Ok(name) = Username::parse(&text) {
                prop_assert!((USERNAME_MIN..=USERNAME_MAX).contains(&name.as_str().len()));
                prop_assert!(name.as_str().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'.'));
                prop_assert!(!name.as_str().contains("..") && !name.as_str().starts_with('.') && !name.as_str().ends_with('.'));
            }
        }

        #[test]
        fn an_address_is_compared_without_regard_to_case(local in "[a-zA-Z0-9+_-]{1,20}", host in "[a-zA-Z0-9]{1,10}\\.[a-zA-Z]{2,5}") {
            let address = format!("{local}@{host}");
            let typed = Email::parse(&format!(" {address} ")).expect("an address");
            let shouted = Email::parse(&address.to_uppercase()).expect("an address");
            prop_assert_eq!(typed.lower(), shouted.lower());
            prop_assert_eq!(typed.as_str(), address);
        }
    }
}
