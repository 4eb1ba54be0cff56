//! Reports of people: what a person tells operators of another one.

use pulse_types::{MessageId, ReportId, UserId};
use time::OffsetDateTime;

use super::fault::Fault;

/// The reasons of the public contract.
pub const REASONS: [&str; 8] =
    ["spam", "harassment", "hate", "violence", "sexual", "self_harm", "impersonation", "other"];

/// Most Unicode scalar values of a detail or a note.
const TEXT_MAX: usize = 2000;

/// One of [`REASONS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason(&'static str);

impl Reason {
    /// Reads the word.
    ///
    /// # Errors
    /// A fault on `reason` for any other word, and for none.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.is_empty() {
            return Err(Fault::new("reason", "required", "say why you report this person"));
        }
        let known = REASONS.into_iter().find(|known| *known == text);
        known.map(Self).ok_or(Fault::new("reason", "invalid", "not one of the reasons"))
    }

    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// A text about a report: 0..2000 Unicode scalar values, trimmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// Reads the text of the field of this name.
    ///
    /// # Errors
    /// A fault on the field when it is too long or holds U+0000.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        if text.chars().count() > TEXT_MAX {
            return Err(Fault::new(field, "too_long", "must have at most 2000 characters"));
        }
        if text.contains('\0') {
            return Err(Fault::new(field, "invalid", "must not hold U+0000"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What became of a report that was to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// It is closed now, with the note.
    Now,
    /// It was closed before, and keeps its note.
    Before,
}

/// A report that does not exist yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReport {
    /// Who is reported.
    pub user_id: UserId,
    /// The message that it is about; `None` when it is about the person.
    pub message_id: Option<MessageId>,
    /// Why.
    pub reason: Reason,
    /// What the reporter adds.
    pub detail: Text,
}

/// A report as operators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Which.
    pub report_id: ReportId,
    /// Who made it; `None` when the account is gone.
    pub reporter_id: Option<UserId>,
    /// Who is reported.
    pub user_id: UserId,
    /// What they are called; `None` when the account is gone.
    pub username: Option<String>,
    /// The message that it is about.
    pub message_id: Option<MessageId>,
    /// Why.
    pub reason: String,
    /// What the reporter added; empty when nothing, or when their account is gone.
    pub detail: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it was closed; `None` while it waits.
    pub resolved_at: Option<OffsetDateTime>,
    /// What the operator noted.
    pub note: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_of_the_contract() {
        for known in REASONS {
            assert_eq!(Reason::parse(known).map(Reason::as_str), Ok(known));
        }
        for (bad, code) in [("", "required"), ("Spam", "invalid"), ("boring", "invalid")] {
            let fault = Reason::parse(bad).expect_err(bad);
            assert_eq!((fault.field, fault.code), ("reason", code), "{bad}");
        }
    }

    #[test]
    fn a_text_is_trimmed_and_has_at_most_2000_characters() {
        assert_eq!(Text::parse("detail", " a b ").expect("a text").as_str(), "a b");
        assert_eq!(Text::parse("detail", "").expect("none").as_str(), "");
        assert!(Text::parse("detail", &"é".repeat(2000)).is_ok());
        assert_eq!(Text::parse("note", &"é".repeat(2001)).expect_err("2001").code, "too_long");
        assert_eq!(Text::parse("note", "a\0").expect_err("NUL").field, "note");
    }
}
