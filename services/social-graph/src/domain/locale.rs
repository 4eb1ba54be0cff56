//! Language tags: well-formed by the grammar of RFC 5646 section 2.1. Whether a language exists is not asked.

/// Longest tag; RFC 5646 section 4.4.1 asks for room for 35 characters.
const TAG_MAX: usize = 255;

/// Grandfathered tags that do not follow the grammar; the others of RFC 5646 section 2.1 do.
const IRREGULAR: &[&str] = &[
    "en-gb-oed",
    "i-ami",
    "i-bnn",
    "i-default",
    "i-enochian",
    "i-hak",
    "i-klingon",
    "i-lux",
    "i-mingo",
    "i-navajo",
    "i-pwn",
    "i-tao",
    "i-tay",
    "i-tsu",
    "sgn-be-fr",
    "sgn-be-nl",
    "sgn-ch-de",
];

/// Whether a text is a well-formed language tag.
#[must_use]
pub fn is_well_formed(tag: &str) -> bool {
    if tag.len() > TAG_MAX || !tag.is_ascii() {
        return false;
    }
    let tag = tag.to_ascii_lowercase();
    if IRREGULAR.contains(&tag.as_str()) {
        return true;
    }
    let subtags: Vec<&str> = tag.split('-').collect();
    if subtags.iter().any(|subtag| !is_alphanumeric(subtag, 1, 8)) {
        return false;
    }
    follows_grammar(&subtags)
}

fn follows_grammar(subtags: &[&str]) -> bool {
    if subtags.first() == Some(&"x") {
        return subtags.len() > 1;
    }
    let Some(rest) = after_language(subtags) else { return false };
    let rest = skip(rest, |subtag| is_alphabetic(subtag, 4, 4), 1);
    let rest = skip(rest, |subtag| is_alphabetic(subtag, 2, 2) || is_number(subtag, 3), 1);
    let rest = skip(rest, is_variant, usize::MAX);
    after_extensions(rest).is_some_and(|rest| match rest {
        [] => true,
        [first, ..] => *first == "x" && rest.len() > 1,
    })
}

/// What follows the language and its extended languages.
fn after_language<'a, 'b>(subtags: &'a [&'b str]) -> Option<&'a [&'b str]> {
    let (language, rest) = subtags.split_first()?;
    if is_alphabetic(language, 2, 3) {
        return Some(skip(rest, |subtag| is_alphabetic(subtag, 3, 3), 3));
    }
    is_alphabetic(language, 4, 8).then_some(rest)
}

/// What follows the extensions: each one a letter or digit but `x`, then at least one subtag of two or more.
fn after_extensions<'a, 'b>(mut rest: &'a [&'b str]) -> Option<&'a [&'b str]> {
    while let Some((singleton, values)) = rest.split_first() {
        if singleton.len() != 1 || *singleton == "x" {
            break;
        }
        let after = skip(values, |subtag| subtag.len() >= 2, usize::MAX);
        if after.len() == values.len() {
            return None;
        }
        rest = after;
    }
    Some(rest)
}

/// Skips up to `most` subtags at the front that are as asked.
fn skip<'a, 'b>(subtags: &'a [&'b str], is_wanted: impl Fn(&str) -> bool, most: usize) -> &'a [&'b str] {
    let count = subtags.iter().take(most).take_while(|subtag| is_wanted(subtag)).count();
    subtags.get(count..).unwrap_or_default()
}

fn is_variant(subtag: &str) -> bool {
    let begins_with_digit = subtag.starts_with(|c: char| c.is_ascii_digit());
    is_alphanumeric(subtag, 5, 8) || (begins_with_digit && is_alphanumeric(subtag, 4, 4))
}

fn is_alphabetic(subtag: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&subtag.len()) && subtag.chars().all(|c| c.is_ascii_alphabetic())
}

fn is_number(subtag: &str, digits: usize) -> bool {
    subtag.len() == digits && subtag.chars().all(|c| c.is_ascii_digit())
}

fn is_alphanumeric(subtag: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&subtag.len()) && subtag.chars().all(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_the_rfc_are_well_formed() {
        // RFC 5646 appendix A, with grandfathered ones.
        for tag in [
            "en",
            "de",
            "i-enochian",
            "zh-Hant",
            "zh-cmn-Hans-CN",
            "cmn-Hans-CN",
            "sr-Latn-RS",
            "sl-rozaj-biske",
            "de-CH-1901",
            "sl-IT-nedis",
            "hy-Latn-IT-arevela",
            "es-419",
            "de-CH-x-phonebk",
            "x-whatever",
            "en-US-u-islamcal",
            "zh-CN-a-myext-x-private",
            "en-a-myext-b-another",
            "art-lojban",
            "zh-min-nan",
            "EN-gb",
        ] {
            assert!(is_well_formed(tag), "{tag}");
        }
    }

    #[test]
    fn what_breaks_the_grammar_is_not() {
        for tag in [
            "",
            "e",
            "de-419-DE",
            "a-DE",
            "english_US",
            "en-",
            "-en",
            "en--US",
            "x",
            "en-x",
            "en-u",
            "en-u-x-a",
            "en-toolongsubtag",
            "ünglish",
            "en US",
            "en\0",
            "12",
            "en-US-US-US",
        ] {
            assert!(!is_well_formed(tag), "{tag}");
        }
        assert!(!is_well_formed(&format!("en{}", "-abcdefgh".repeat(40))));
    }
}
