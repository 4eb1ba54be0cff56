//! In which language words are searched: what a locale means for PostgreSQL.

/// A configuration of text search; `simple` takes words as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Language(&'static str);

impl Language {
    /// Words as they are.
    pub const SIMPLE: Self = Self("simple");

    /// The language of a BCP 47 tag, by its first part; [`Self::SIMPLE`] for those whose stems nobody knows.
    #[must_use]
    pub fn of(locale: &str) -> Self {
        let primary = locale.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        Self(match primary.as_str() {
            "ar" => "arabic",
            "ca" => "catalan",
            "da" => "danish",
            "de" => "german",
            "el" => "greek",
            "en" => "english",
            "es" => "spanish",
            "et" => "estonian",
            "eu" => "basque",
            "fi" => "finnish",
            "fr" => "french",
            "ga" => "irish",
            "hi" => "hindi",
            "hu" => "hungarian",
            "hy" => "armenian",
            "id" => "indonesian",
            "it" => "italian",
            "lt" => "lithuanian",
            "nb" | "nn" | "no" => "norwegian",
            "ne" => "nepali",
            "nl" => "dutch",
            "pt" => "portuguese",
            "ro" => "romanian",
            "ru" => "russian",
            "sr" => "serbian",
            "sv" => "swedish",
            "ta" => "tamil",
            "tr" => "turkish",
            "yi" => "yiddish",
            _ => return Self::SIMPLE,
        })
    }

    /// The name of the configuration in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_part_of_a_tag_decides() {
        for (locale, language) in [("en", "english"), ("de-CH-1996", "german"), ("PT_br", "portuguese")] {
            assert_eq!(Language::of(locale).as_str(), language);
        }
        for locale in ["ja", "", "-", "english", "tlh"] {
            assert_eq!(Language::of(locale), Language::SIMPLE);
        }
    }
}
