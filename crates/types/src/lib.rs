//! Values that every process speaks of: one id type for each noun, the clock, page cursors.
//!
//! No rule of the product lives here; rules are in the `domain` of the service that owns the noun.

pub mod clock;
pub mod cursor;
pub mod id;

pub use clock::{Clock, SystemClock};
pub use cursor::{CursorKey, InvalidCursor};
pub use id::{
    AttachmentId, ConnectionId, ConversationId, EventId, ExportId, FollowRequestId, InvalidId, KeyId, MailId,
    MessageId, ReportId, RequestId, SessionId, UserId,
};
