//! What an issuer tells of a person, and what they are called here.

use serde::{Deserialize, Serialize};

use crate::domain::account::{DISPLAY_NAME_MAX, DisplayName, Email, USERNAME_MAX, USERNAME_MIN, Username};

/// What usernames begin with when nothing better is known.
const NAMELESS: &str = "user";
/// Characters of a made username that are left for a number behind it.
const ROOM_FOR_NUMBER: usize = 11;

/// What an issuer tells of a person; nothing of it says who they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// As told.
    pub email: Option<String>,
    /// Whether the issuer vouches for the address.
    pub is_email_verified: bool,
    /// As told.
    pub preferred_username: Option<String>,
    /// As told.
    pub name: Option<String>,
}

impl Profile {
    /// The address, if it is one.
    #[must_use]
    pub fn email(&self) -> Option<Email> {
        Email::parse(self.email.as_deref()?).ok()
    }

    /// How the person is shown: by their name there, cut to what is taken; else by the username.
    #[must_use]
    pub fn display_name(&self, username: &Username) -> DisplayName {
        let told = self.name.as_deref().or(self.preferred_username.as_deref()).unwrap_or_default();
        let cut: String = told.trim().chars().filter(|c| !c.is_control()).take(DISPLAY_NAME_MAX).collect();
        DisplayName::parse(&cut).unwrap_or_else(|_| DisplayName::from(username))
    }

    /// Usernames to try, best first: what the issuer tells, then the first of it with small numbers behind, then with
    /// `numbers`, which nobody can guess.
    #[must_use]
    pub fn usernames(&self, numbers: [u32; 8]) -> Vec<Username> {
        let local_part = self.email.as_deref().and_then(|email| email.split('@').next());
        let told = [self.preferred_username.as_deref(), self.name.as_deref(), local_part];
        // Some providers tell an address as the name.
        let told = told.into_iter().flatten().filter_map(|text| text.split('@').next());
        let mut bases: Vec<String> = told.map(to_username).collect();
        bases.retain(|base| base.len() >= USERNAME_MIN);
        bases.dedup();
        let first = bases.first().map_or(NAMELESS, String::as_str);
        let stem: String = first.chars().take(USERNAME_MAX - ROOM_FOR_NUMBER).collect();
        let stem = stem.trim_end_matches('.').to_owned();
        let mut numbered: Vec<String> = (2..10).map(|n| format!("{stem}{n}")).collect();
        numbered.extend(numbers.map(|number| format!("{stem}_{number}")));
        bases.iter().chain(&numbered).filter_map(|name| Username::parse(name).ok()).collect()
    }
}

/// The characters that a username may have; words are joined by single dots. May be too short.
fn to_username(text: &str) -> String {
    let is_word = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_';
    let mut name = String::new();
    for word in
        text.to_ascii_lowercase().split(|c: char| c == '.' || c.is_whitespace() || c == '-' || c == '+')
    {
        let word: String = word.chars().filter(is_word).collect();
        if !word.is_empty() && !name.is_empty() {
            name.push('.');
        }
        name.push_str(&word);
    }
    name.truncate(USERNAME_MAX);
    name.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn first(profile: &Profile) -> String {
        profile.usernames([7; 8]).first().expect("a name").as_str().to_owned()
    }

    #[test]
    fn usernames_are_made_from_what_the_issuer_tells() {
        let profile = |preferred: Option<&str>, name: Option<&str>, email: Option<&str>| Profile {
            preferred_username: preferred.map(str::to_owned),
            name: name.map(str::to_owned),
            email: email.map(str::to_owned),
            is_email_verified: false,
        };
        let cases = [
            (profile(Some("Ada.L"), Some("Ada Lovelace"), None), "ada.l"),
            (profile(Some("ada@example.org"), None, None), "ada"),
            (profile(None, Some("  Ada  King-Noel "), Some("x@y.z")), "ada.king.noel"),
            (profile(Some("é"), Some("李"), Some("ada+pulse@example.org")), "ada.pulse"),
            (profile(Some(".a..b."), None, None), "a.b"),
            (profile(Some("ab"), None, None), "user2"),
            (profile(None, None, None), "user2"),
        ];
        for (profile, expected) in cases {
            assert_eq!(first(&profile), expected, "{profile:?}");
        }
    }

    #[test]
    fn people_are_shown_by_their_name() {
        let username = Username::parse("ada").expect("a name");
        let named = |name: &str| Profile { name: Some(name.to_owned()), ..Profile::default() };
        assert_eq!(named(" Ada\0 Lovelace ").display_name(&username).as_str(), "Ada Lovelace");
        assert_eq!(named(&"ß".repeat(90)).display_name(&username).as_str(), "ß".repeat(64));
        assert_eq!(named(" \n ").display_name(&username).as_str(), "ada");
        assert_eq!(Profile::default().display_name(&username).as_str(), "ada");
    }

    proptest! {
        #[test]
        fn whatever_is_told_there_are_many_names_to_try(preferred in ".{0,80}", name in "\\PC{0,80}", n in any::<u32>()) {
            let profile = Profile {
                preferred_username: Some(preferred),
                name: Some(name),
                ..Profile::default()
            };
            let names = profile.usernames([n; 8]);
            prop_assert!(names.len() >= 16, "{names:?}");
        }
    }
}
