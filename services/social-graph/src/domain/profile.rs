//! A person: the name they sign in with, how they are shown, and as whom somebody else sees them.

use pulse_types::UserId;
use time::OffsetDateTime;

use super::fault::Fault;
use super::relationship::Relationship;

const USERNAME_MIN: usize = 3;
const USERNAME_MAX: usize = 32;
/// Most Unicode scalar values of a display name.
pub(super) const DISPLAY_NAME_MAX: usize = 64;
const QUERY_MAX: usize = 64;

/// A username: lower case, 3..32 characters of `a-z0-9_`, single dots between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// Reads a username in any case.
    ///
    /// # Errors
    /// A fault on `username` when it breaks the rule.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let name = text.trim().to_lowercase();
        let length = name.chars().count();
        if length < USERNAME_MIN {
            return Err(Fault::new("username", "too_short", "a username has at least 3 characters"));
        }
        if length > USERNAME_MAX {
            return Err(Fault::new("username", "too_long", "a username has at most 32 characters"));
        }
        let has_known_letters = name.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_' | '.'));
        let has_loose_dot = name.starts_with('.') || name.ends_with('.') || name.contains("..");
        if !has_known_letters || has_loose_dot {
            let detail = "a username is made of a-z, 0-9, _ and single dots between them";
            return Err(Fault::new("username", "invalid", detail));
        }
        Ok(Self(name))
    }

    /// The name, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How a person is called on the screen: 1..64 Unicode scalar values, trimmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayName(String);

impl DisplayName {
    /// Reads a display name; an empty one is the username.
    ///
    /// # Errors
    /// A fault on `display_name` when it is too long or holds U+0000.
    pub fn parse(text: &str, username: &Username) -> Result<Self, Fault> {
        let name = text.trim();
        if name.is_empty() {
            return Ok(Self(username.as_str().to_owned()));
        }
        if name.chars().count() > DISPLAY_NAME_MAX {
            return Err(Fault::new("display_name", "too_long", "a display name has at most 64 characters"));
        }
        if name.contains('\0') {
            return Err(Fault::new("display_name", "invalid", "a display name does not hold U+0000"));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A profile that does not exist yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProfile {
    /// Whose.
    pub user_id: UserId,
    /// Unique.
    pub username: Username,
    /// Shown.
    pub display_name: DisplayName,
    /// When the account was made, to the millisecond.
    pub created_at: OffsetDateTime,
}

/// A person as everybody may see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Who.
    pub user_id: UserId,
    /// Lower case.
    pub username: String,
    /// 1..64 Unicode scalar values.
    pub display_name: String,
    /// 0..500 Unicode scalar values.
    pub bio: String,
    /// Empty when there is no picture.
    pub avatar_url: String,
    /// When the account was made.
    pub created_at: OffsetDateTime,
    /// Numbers the changes of all this, from 1.
    pub version: i64,
}

/// A person as somebody sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The person.
    pub profile: Profile,
    /// What is between the two, as the one who looks sees it; absent for oneself.
    pub relationship: Option<Relationship>,
}

impl Seen {
    /// Whether the one who looks may see them.
    #[must_use]
    pub fn is_visible(&self) -> bool {
        self.relationship.is_none_or(Relationship::is_visible)
    }
}

/// What people are searched by: folded to lower case, 1..64 Unicode scalar values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query(String);

impl Query {
    /// Reads what somebody typed.
    ///
    /// # Errors
    /// A fault on `q` (the field's name in the public contract) when it is empty, too long or holds U+0000.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Fault::new("q", "required", "say what to search for, in 1 to 64 characters"));
        }
        if text.chars().count() > QUERY_MAX {
            return Err(Fault::new("q", "too_long", "search for at most 64 characters"));
        }
        if text.contains('\0') {
            return Err(Fault::new("q", "invalid", "U+0000 is in nobody's name"));
        }
        Ok(Self(fold(text)))
    }

    /// The folded text: the first of all names that begin with it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A text above the names that begin with the query, and not above any other name that is greater than they are: names
    /// in `query..end` by code point are those with the prefix.
    #[must_use]
    pub fn end(&self) -> String {
        let mut end = self.0.clone();
        while let Some(last) = end.pop() {
            if let Some(next) = next_char(last) {
                end.push(next);
                return end;
            }
        }
        // All of it is the last code point there is; names beyond this one are found as containing the query.
        format!("{}{}", self.0, char::MAX)
    }
}

/// Folds a name for searching: independent of any locale.
#[must_use]
pub fn fold(name: &str) -> String {
    name.to_lowercase()
}

fn next_char(c: char) -> Option<char> {
    match c {
        // Surrogates are no characters.
        '\u{D7FF}' => Some('\u{E000}'),
        _ => char::from_u32(u32::from(c).checked_add(1)?),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn usernames_follow_the_contract() {
        for good in ["abc", "a.b", "_x_", "Ada.Lovelace_1815", "0.0", &"x".repeat(32)] {
            let name = Username::parse(good).expect(good);
            assert_eq!(name.as_str(), good.to_lowercase());
        }
        for (bad, code) in [
            ("ab", "too_short"),
            ("", "too_short"),
            (".abc", "invalid"),
            ("abc.", "invalid"),
            ("a..b", "invalid"),
            ("a b c", "invalid"),
            ("äöü", "invalid"),
            ("a-b", "invalid"),
        ] {
            assert_eq!(Username::parse(bad).expect_err(bad).code, code, "{bad}");
        }
        assert_eq!(Username::parse(&"x".repeat(33)).expect_err("33").code, "too_long");
    }

    #[test]
    fn an_empty_display_name_is_the_username() {
        let username = Username::parse("Ada").expect("a username");
        assert_eq!(DisplayName::parse("  ", &username).expect("a name").as_str(), "ada");
        assert_eq!(DisplayName::parse(" Ada L ", &username).expect("a name").as_str(), "Ada L");
        assert_eq!(DisplayName::parse(&"é".repeat(64), &username).expect("64").as_str().chars().count(), 64);
        assert_eq!(DisplayName::parse(&"é".repeat(65), &username).expect_err("65").code, "too_long");
    }

    proptest! {
        #[test]
        fn the_range_of_a_query_is_its_prefix(text in "\\PC{1,5}", name in "\\PC{0,8}", append in any::<bool>()) {
            let Ok(query) = Query::parse(&text) else { return Ok(()) };
            let name = if append { format!("{}{name}", query.as_str()) } else { fold(&name) };
            let end = query.end();
            let is_in_range = name.as_str() >= query.as_str() && name.as_str() < end.as_str();
            prop_assert_eq!(is_in_range, name.starts_with(query.as_str()));
        }
    }
}
