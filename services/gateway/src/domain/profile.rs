//! Changes of a profile, and their rules (contract sections 2 and 3). The services check them again; here they are checked so
//! that all faults are told at once and nothing is half done.

use utoipa::ToSchema;

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Of the contract's field codes.
    pub code: &'static str,
    /// What would be right.
    pub detail: String,
}

impl Fault {
    pub(super) fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

/// Changes of what a person shows and chose; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfilePatch {
    /// How the person wants to be called.
    pub display_name: Option<String>,
    /// Empty clears it.
    pub bio: Option<String>,
    /// Address of a picture that message-store has made; empty clears it.
    pub avatar_url: Option<String>,
    /// Settings to change.
    pub settings: SettingsPatch,
}

impl ProfilePatch {
    /// Whether nothing is to change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Settings to change; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, ToSchema)]
pub struct SettingsPatch {
    /// Found by search.
    #[schema(nullable = false)]
    pub discoverable: Option<bool>,
    /// `everyone` or `nobody`.
    #[schema(nullable = false, example = "everyone")]
    pub who_can_follow: Option<String>,
    /// Each follow needs an answer.
    #[schema(nullable = false)]
    pub approve_follows: Option<bool>,
    /// `connections` or `nobody`.
    #[schema(nullable = false, example = "connections")]
    pub show_presence: Option<String>,
    /// `connections` or `nobody`.
    #[schema(nullable = false, example = "connections")]
    pub show_last_seen: Option<String>,
    /// Others see what one has read, and the other way round.
    #[schema(nullable = false)]
    pub send_read_receipts: Option<bool>,
    /// Others see that one is typing, and the other way round.
    #[schema(nullable = false)]
    pub send_typing: Option<bool>,
    /// `all`, `mentions` (and directs) or `none`.
    #[schema(nullable = false, example = "all")]
    pub notification_level: Option<String>,
    /// `system`, `light` or `dark`.
    #[schema(nullable = false, example = "system")]
    pub theme: Option<String>,
    /// BCP 47 tag.
    #[schema(nullable = false, example = "en")]
    pub locale: Option<String>,
}

/// 3 to 32 characters; lower-cased, then `^[a-z0-9_](\.?[a-z0-9_])*$`.
///
/// # Errors
/// [`Fault`], of the first rule that is broken.
pub fn check_username(text: &str) -> Result<(), Fault> {
    let text = text.trim();
    check_length(text, 3, 32)?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    match text.split('.').all(|part| !part.is_empty() && part.chars().all(is_word)) {
        true => Ok(()),
        false => Err(Fault::new("invalid", "letters a-z, digits and _, with single dots between them")),
    }
}

/// 1 to 64 characters.
///
/// # Errors
/// [`Fault`]
pub fn check_display_name(text: &str) -> Result<(), Fault> {
    check_length(text.trim(), 1, 64)
}

/// At most 500 characters.
///
/// # Errors
/// [`Fault`]
pub fn check_bio(text: &str) -> Result<(), Fault> {
    check_length(text.trim(), 0, 500)
}

/// A well-formed tag of BCP 47 (RFC 5646 section 2.1), as far as its subtags go: their number, order and length.
///
/// # Errors
/// [`Fault`]
pub fn check_locale(text: &str) -> Result<(), Fault> {
    let mut subtags = text.split('-');
    let language = subtags.next().unwrap_or_default();
    let is_language = matches!(language.len(), 1..=8) && language.bytes().all(|c| c.is_ascii_alphabetic());
    let is_subtag =
        |subtag: &str| matches!(subtag.len(), 1..=8) && subtag.bytes().all(|c| c.is_ascii_alphanumeric());
    match is_language && subtags.all(is_subtag) {
        true => Ok(()),
        false => Err(Fault::new("invalid", "must be a BCP 47 tag like `en` or `de-CH`")),
    }
}

pub(super) fn check_length(text: &str, min: usize, max: usize) -> Result<(), Fault> {
    match text.chars().count() {
        count if count < min => Err(Fault::new("too_short", format!("must have at least {min} characters"))),
        count if count > max => Err(Fault::new("too_long", format!("must have at most {max} characters"))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(outcome: Result<(), Fault>) -> &'static str {
        outcome.err().map_or("fine", |fault| fault.code)
    }

    #[test]
    fn usernames_follow_the_rule_of_section_2() {
        for (text, expected) in [
            ("ada", "fine"),
            (" Ada.L_9 ", "fine"),
            ("ab", "too_short"),
            ("a..b", "invalid"),
            (".ab", "invalid"),
            ("ab.", "invalid"),
            ("adä", "invalid"),
            ("a b", "invalid"),
        ] {
            assert_eq!(code(check_username(text)), expected, "{text}");
        }
        assert_eq!(code(check_username(&"a".repeat(33))), "too_long");
    }

    #[test]
    fn lengths_count_characters_after_trimming() {
        assert_eq!(code(check_display_name("   ")), "too_short");
        assert_eq!(code(check_display_name(&"ä".repeat(64))), "fine");
        assert_eq!(code(check_display_name(&"ä".repeat(65))), "too_long");
        assert_eq!(code(check_bio("")), "fine");
        assert_eq!(code(check_bio(&"😀".repeat(501))), "too_long");
    }

    #[test]
    fn locales_are_tags() {
        for good in ["en", "de-CH", "zh-Hant-TW", "x-klingon", "en-u-ca-gregory", "sl-rozaj-biske-1994"] {
            assert_eq!(code(check_locale(good)), "fine", "{good}");
        }
        for bad in ["", "e!", "de_CH", "en-", "-en", "abcdefghi", "1en", "en-abcdefghi"] {
            assert_eq!(code(check_locale(bad)), "invalid", "{bad}");
        }
    }
}
