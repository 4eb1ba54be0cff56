//! Uploads on their way to a use: who may use one, and once.

use std::time::Duration;

use pulse_types::{AttachmentId, ConversationId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::attachment::Attachment;

/// How long an upload waits for its use.
pub const UNUSED_FOR: Duration = Duration::from_secs(24 * 3600);
/// How long a picture that was replaced is still served, for those who have not heard of the new one.
pub const REPLACED_FOR: Duration = Duration::from_secs(24 * 3600);
/// Characters of a file's name, at most.
pub const NAME_MAX: usize = 255;
/// What a file is called that has no name.
const NAMELESS: &str = "file";

/// An upload that was not used yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// What is known of it.
    pub attachment: Attachment,
    /// Who alone may use it.
    pub uploader_id: UserId,
}

/// A file and the message with which it was posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posted {
    /// Which file.
    pub attachment_id: AttachmentId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Position of the message.
    pub seq: i64,
}

/// An upload that becomes the picture of somebody or something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureUse {
    /// Which upload.
    pub attachment_id: AttachmentId,
    /// Who uses it.
    pub uploader_id: UserId,
    /// The person or the conversation whose picture it becomes.
    pub picture_of: Uuid,
    /// The last part of its address.
    pub key: String,
}

/// A name that can't be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// More than [`NAME_MAX`] characters.
    #[error("must be at most {NAME_MAX} characters")]
    TooLong,
    /// U+0000, which can't be stored.
    #[error("must not contain U+0000")]
    Nul,
}

/// The name of a file as it is kept: without the folders that some clients send before it, trimmed, without control
/// characters and without those that turn the direction of writing and so can hide an ending.
///
/// # Errors
/// [`NameFault`].
pub fn parse_name(text: &str) -> Result<String, NameFault> {
    if text.contains('\0') {
        return Err(NameFault::Nul);
    }
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown = |character: &char| !character.is_control() && !is_direction(*character);
    let name: String = last.chars().filter(shown).collect();
    let name = name.trim();
    if name.chars().count() > NAME_MAX {
        return Err(NameFault::TooLong);
    }
    Ok(if matches!(name, "" | "." | "..") { NAMELESS } else { name }.to_owned())
}

const fn is_direction(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The moment after which an upload must have been made to be used at `now`.
#[must_use]
pub fn usable_since(now: OffsetDateTime) -> OffsetDateTime {
    now - UNUSED_FOR
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_folders_and_hides_nothing() {
        for (given, kept) in [
            ("holiday.jpg", "holiday.jpg"),
            ("C:\\photos\\holiday.jpg", "holiday.jpg"),
            ("../../etc/passwd", "passwd"),
            (" a\r\nb.txt ", "ab.txt"),
            ("gpj\u{202e}.exe", "gpj.exe"),
            ("", "file"),
            ("..", "file"),
            ("photos/", "file"),
            ("né à 東京.png", "né à 東京.png"),
        ] {
            assert_eq!(parse_name(given).as_deref(), Ok(kept), "{given:?}");
        }
        assert_eq!(parse_name(&"é".repeat(NAME_MAX)), Ok("é".repeat(NAME_MAX)));
        assert_eq!(parse_name(&"é".repeat(NAME_MAX + 1)), Err(NameFault::TooLong));
        assert_eq!(parse_name("a\0b"), Err(NameFault::Nul));
    }
}
