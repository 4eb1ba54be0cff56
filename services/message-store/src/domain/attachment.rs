//! Files: what is known of them, wherever their bytes stand.

use pulse_types::AttachmentId;
use time::OffsetDateTime;

/// Most files of one message.
pub const ATTACHMENTS_MAX: usize = 10;

/// A file as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Which one.
    pub attachment_id: AttachmentId,
    /// As its uploader named it.
    pub name: String,
    /// As it was found to be.
    pub media_type: String,
    /// From 1.
    pub size_bytes: i64,
    /// Pixels; of images.
    pub dimensions: Option<(u32, u32)>,
    /// Whether there is a small picture of it.
    pub has_thumbnail: bool,
}

/// Signed addresses of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Of the file.
    pub url: String,
    /// Of the small picture of it; empty when there is none.
    pub thumbnail_url: String,
    /// When they end.
    pub expires_at: OffsetDateTime,
}
