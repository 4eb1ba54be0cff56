//! Mentions: which names a text may mean, and whom it does.

use pulse_types::UserId;

/// Shortest name of a person.
const NAME_MIN: usize = 3;
/// Longest name of a person.
const NAME_MAX: usize = 32;

/// Whether a character stands in names. A dot does between two others.
const fn is_of_name(character: u8) -> bool {
    character.is_ascii_alphanumeric() || character == b'_'
}

/// The names that the mentions in a text may mean, in lower case: of each mention all that fit, the longest one first. A
/// mention begins with an `@` that follows no letter, digit or `_`, and no further character of a name follows it.
#[must_use]
pub fn candidates(body: &str) -> Vec<Vec<String>> {
    let mut mentions = Vec::new();
    for (at, _) in body.match_indices('@') {
        let Some((before, after)) = body.split_at_checked(at) else { continue };
        let follows_word =
            before.chars().next_back().is_some_and(|last| last.is_alphanumeric() || last == '_');
        if follows_word {
            continue;
        }
        let names = names_at(after.get(1..).unwrap_or_default());
        if !names.is_empty() {
            mentions.push(names);
        }
    }
    mentions
}

/// The names with which a text begins, the longest one first.
fn names_at(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut end = 0;
    for part in text.split('.') {
        let length = part.bytes().take_while(|character| is_of_name(*character)).count();
        if length == 0 {
            break;
        }
        end += length;
        if end > NAME_MAX {
            break;
        }
        if end >= NAME_MIN {
            names.extend(text.get(..end).map(str::to_ascii_lowercase));
        }
        if length < part.len() {
            break;
        }
        // The dot, which belongs to the name when another part follows.
        end += 1;
    }
    names.reverse();
    names
}

/// Whom a text mentions, each once, in the order of the text: of each mention the longest name that somebody has. `find` gives
/// the member who has a name; nobody mentions oneself.
#[must_use]
pub fn resolve(body: &str, sender_id: UserId, find: impl Fn(&str) -> Option<UserId>) -> Vec<UserId> {
    let mut mentioned = Vec::new();
    for names in candidates(body) {
        let Some(user_id) = names.iter().find_map(|name| find(name)) else { continue };
        if user_id != sender_id && !mentioned.contains(&user_id) {
            mentioned.push(user_id);
        }
    }
    mentioned
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn user(number: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(number))
    }

    fn known(name: &str) -> Option<UserId> {
        match name {
            "ada" => Some(user(1)),
            "bob" => Some(user(2)),
            "bob.smith" => Some(user(3)),
            "x_1" => Some(user(4)),
            _ => None,
        }
    }

    fn of(body: &str) -> Vec<u128> {
        resolve(body, user(1), known).into_iter().map(|id| id.as_uuid().as_u128()).collect()
    }

    #[test]
    fn the_longest_name_that_somebody_has_is_meant() {
        assert_eq!(of("hello @bob"), [2]);
        assert_eq!(of("@Bob.Smith, @BOB: @bob"), [3, 2]);
        assert_eq!(of("ask @bob.see you"), [2], "nobody is called bob.see");
        assert_eq!(of("(@bob.) @x_1!"), [2, 4]);
        assert_eq!(of("@bob..smith @bob.smith.jr"), [2, 3]);
        assert_eq!(of("@@bob é@x_1 @bob@bob"), [2]);
    }

    #[test]
    fn what_is_no_mention_is_none() {
        for body in
            ["@bobby", "@bob_", "@bob.smithson2000x_", "mail@bob", "a_@bob", "9@bob", "@", "@ bob", "@.bob"]
        {
            let expected: &[u128] = if body.starts_with("@bob.s") { &[2] } else { &[] };
            assert_eq!(of(body), expected, "{body}");
        }
        assert_eq!(of("@ada"), [0_u128; 0], "nobody mentions oneself");
        assert_eq!(of(&format!("@{}", "a".repeat(33))), [0_u128; 0]);
    }

    proptest! {
        #[test]
        fn every_candidate_stands_in_the_text_as_a_whole_name(body in "[@a-cA-C_.1é ]{0,40}") {
            for names in candidates(&body) {
                prop_assert!(names.windows(2).all(|pair| pair[0].len() > pair[1].len()));
                for name in names {
                    prop_assert!((NAME_MIN..=NAME_MAX).contains(&name.len()));
                    prop_assert!(!name.starts_with('.') && !name.ends_with('.') && !name.contains(".."));
                    let lower = body.to_ascii_lowercase();
                    let stands = lower.match_indices(&format!("@{name}")).any(|(at, found)| {
                        let after = lower[at + found.len()..].bytes().next();
                        let before = lower[..at].chars().next_back();
                        !after.is_some_and(is_of_name) && !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
                    });
                    prop_assert!(stands, "{name} in {body}");
                }
            }
        }

        #[test]
        fn a_name_between_other_characters_is_found(
            name in "[a-z0-9_](\\.?[a-z0-9_]){2,15}", before in "([ ,(éx]{0,3}[ ,(])?", after in "([ ,)é!][ -~]{0,3})?",
        ) {
            let body = format!("{before}@{}{after}", name.to_ascii_uppercase());
            let found = resolve(&body, user(1), |wanted| (wanted == name).then_some(user(9)));
            prop_assert_eq!(found, vec![user(9)]);
        }
    }
}
