//! Reactions: one emoji of one person on one message.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Most different emoji on one message.
pub const REACTIONS_MAX: usize = 20;
/// Longer than any emoji, in bytes.
const EMOJI_BYTES_MAX: usize = 64;
/// Asks for the picture of a character that has a text form too.
const EMOJI_PRESENTATION: char = '\u{FE0F}';

/// All emoji, in all skin tones, by their texts without selectors.
static BY_BARE_TEXT: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let toned = |emoji: &'static emojis::Emoji| emoji.skin_tones().into_iter().flatten();
    let all = emojis::iter().flat_map(|emoji| std::iter::once(emoji).chain(toned(emoji)));
    all.map(|emoji| (bare(emoji.as_str()), emoji.as_str())).collect()
});

fn bare(text: &str) -> String {
    text.replace(EMOJI_PRESENTATION, "")
}

/// One fully-qualified emoji.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Emoji(&'static str);

/// A text that is no emoji.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be one emoji")]
pub struct NoEmoji;

impl Emoji {
    /// The emoji that a text is, wherever it has the presentation selector or lacks it.
    ///
    /// # Errors
    /// [`NoEmoji`].
    pub fn parse(text: &str) -> Result<Self, NoEmoji> {
        let mut before = EMOJI_PRESENTATION;
        for character in text.chars() {
            // A selector selects the character before it, once.
            if character == EMOJI_PRESENTATION && before == EMOJI_PRESENTATION {
                return Err(NoEmoji);
            }
            before = character;
        }
        if text.len() > EMOJI_BYTES_MAX {
            return Err(NoEmoji);
        }
        BY_BARE_TEXT.get(&bare(text)).copied().map(Self).ok_or(NoEmoji)
    }

    /// The text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// One emoji on a message, and how many chose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// Fully qualified.
    pub emoji: String,
    /// From 1.
    pub count: u32,
    /// Whether the one who looks did; false where there is nobody.
    pub is_mine: bool,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Option<&'static str> {
        Emoji::parse(text).ok().map(Emoji::as_str)
    }

    #[test]
    fn selectors_are_put_right() {
        for (text, emoji) in [
            ("\u{2764}", "\u{2764}\u{FE0F}"),
            ("\u{2764}\u{FE0F}", "\u{2764}\u{FE0F}"),
            ("\u{1F44D}\u{FE0F}", "\u{1F44D}"),
            ("\u{1F44D}\u{1F3FD}", "\u{1F44D}\u{1F3FD}"),
            ("1\u{20E3}", "1\u{FE0F}\u{20E3}"),
            ("\u{1F1E9}\u{1F1EA}", "\u{1F1E9}\u{1F1EA}"),
            ("\u{1F3F3}\u{200D}\u{1F308}", "\u{1F3F3}\u{FE0F}\u{200D}\u{1F308}"),
            ("\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}", "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}"),
            (
                "\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
                "\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
            ),
        ] {
            assert_eq!(parsed(text), Some(emoji), "{}", text.escape_unicode());
        }
    }

    #[test]
    fn what_is_not_one_emoji_is_refused() {
        for text in [
            "",
            "a",
            "1",
            "#",
            ":)",
            "\u{1F44D}\u{1F44D}",
            " \u{1F44D}",
            "\u{2764}\u{FE0E}",
            "\u{1F1E9}",
            "\u{FE0F}",
            "\u{200D}",
            "\u{1F3FD}",
            "\u{1F44D}a",
        ] {
            assert_eq!(parsed(text), None, "{}", text.escape_unicode());
        }
    }

    proptest! {
        #[test]
        fn every_emoji_is_itself_with_and_without_its_selectors(place in 0..emojis::iter().count()) {
            let emoji = emojis::iter().nth(place).unwrap();
            let tones = emoji.skin_tones().into_iter().flatten();
            for emoji in std::iter::once(emoji).chain(tones) {
                let bare = bare(emoji.as_str());
                prop_assert_eq!(parsed(emoji.as_str()), Some(emoji.as_str()));
                prop_assert_eq!(parsed(&bare), Some(emoji.as_str()));
            }
        }

        #[test]
        fn text_is_no_emoji(text in "[ -~à-ÿЀ-ӿ]{0,4}") {
            prop_assert_eq!(parsed(&text), None);
        }
    }
}
