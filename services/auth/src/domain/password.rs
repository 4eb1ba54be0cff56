//! Which passwords are taken (contract section 2, NIST SP 800-63B section 3.1.1). How they are hashed is in `hashing.rs`.

use std::collections::HashSet;
use std::sync::LazyLock;

use secrecy::{ExposeSecret as _, SecretString};

use crate::domain::account::{Email, Username, comparable};
use crate::domain::fault::Fault;

/// Fewest Unicode scalar values of a password.
pub const PASSWORD_MIN: usize = 10;
/// Most Unicode scalar values of a password. None is ever cut.
pub const PASSWORD_MAX: usize = 128;

/// Lower case, one a line, none shorter than [`PASSWORD_MIN`].
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// A password that may be set. It prints nothing.
#[derive(Debug, Clone)]
pub struct Password(SecretString);

impl Password {
    /// Checks a password as typed: it is neither trimmed nor normalised.
    ///
    /// # Errors
    /// `required`, `too_short`, `too_long`, `invalid` or `common_password`; on `field`.
    pub fn parse(text: &str, field: &'static str) -> Result<Self, Fault> {
        match text.chars().count() {
            0 => Err(Fault::required(field)),
            count if count < PASSWORD_MIN => {
                Err(Fault::new(field, "too_short", format!("at least {PASSWORD_MIN} characters")))
            }
            count if count > PASSWORD_MAX => {
                Err(Fault::new(field, "too_long", format!("at most {PASSWORD_MAX} characters")))
            }
            _ if text.contains('\0') => Err(Fault::nul(field)),
            _ if COMMON.contains(text.to_lowercase().as_str()) => {
                Err(Fault::new(field, "common_password", "many people use this password; choose another"))
            }
            _ => Ok(Self(text.into())),
        }
    }

    /// Refuses a password that says the person's own name or address.
    ///
    /// # Errors
    /// `common_password` on `field`.
    pub fn require_unlike(
        &self,
        username: &str,
        email: Option<&str>,
        field: &'static str,
    ) -> Result<(), Fault> {
        let password = comparable(self.0.expose_secret());
        if password == comparable(username) || email.is_some_and(|email| password == comparable(email)) {
            return Err(Fault::new(field, "common_password", "must not be the username or the address"));
        }
        Ok(())
    }

    /// The text, for hashing.
    #[must_use]
    pub const fn secret(&self) -> &SecretString {
        &self.0
    }
}

/// Checks a new account's password against the rest of what was typed, good or bad.
///
/// # Errors
/// As [`Password::parse`] and [`Password::require_unlike`].
pub fn parse_for(text: &str, username: Option<&Username>, email: Option<&Email>) -> Result<Password, Fault> {
    let password = Password::parse(text, "password")?;
    password.require_unlike(username.map_or("", Username::as_str), email.map(Email::as_str), "password")?;
    Ok(password)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(text: &str) -> &'static str {
        Password::parse(text, "password").map_or_else(|fault| fault.code, |_| "ok")
    }

    #[test]
    fn the_list_is_lower_case_and_holds_only_what_the_length_lets_through() {
        assert!(COMMON.len() >= 1000, "{}", COMMON.len());
        for entry in COMMON.iter() {
            assert_eq!(*entry, entry.to_lowercase());
            assert!(entry.chars().count() >= PASSWORD_MIN, "{entry}");
        }
    }

    #[test]
    fn length_is_counted_in_scalar_values_and_nothing_is_trimmed() {
        assert_eq!(code(""), "required");
        assert_eq!(code("123456789"), "too_short");
        assert_eq!(code("          "), "ok");
        assert_eq!(code(&"ß".repeat(10)), "ok");
        assert_eq!(code(&"😀".repeat(128)), "ok");
        assert_eq!(code(&"😀".repeat(129)), "too_long");
        assert_eq!(code("abcdefgh\0ij"), "invalid");
    }

    #[test]
    fn common_passwords_and_ones_own_name_are_refused() {
        for common in ["password123", "PassWord123", "1234567890", "qwertyuiop"] {
            assert_eq!(code(common), "common_password", "{common}");
        }
        let username = Username::parse("ada.lovelace").expect("a name");
        let email = Email::parse("Ada@Example.org").expect("an address");
        for own in ["Ada.Lovelace", "ada@example.ORG"] {
            let fault = parse_for(own, Some(&username), Some(&email)).expect_err("one's own");
            assert_eq!(fault.code, "common_password");
        }
        assert!(parse_for("ada.lovelace1", Some(&username), Some(&email)).is_ok());
    }

    #[test]
    fn a_password_prints_nothing() {
        let password = Password::parse("correct horse battery", "password").expect("good");
        assert!(!format!("{password:?}").contains("horse"));
    }

    proptest! {
        #[test]
        fn what_is_taken_is_kept_to_the_last_character(text in "[^\\x00]{10,128}") {
            if let Ok(password) = Password::parse(&text, "password") {
                prop_assert_eq!(password.secret().expose_secret(), text);
            }
        }
    }
}
