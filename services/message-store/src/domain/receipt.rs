//! Receipts: how far somebody has come, for others to see.

use pulse_types::UserId;

use crate::domain::mark::Marks;
use crate::domain::person::Person;

/// A member's marks as somebody else sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Whose.
    pub user_id: UserId,
    /// How they are shown; none when they are gone.
    pub person: Option<Person>,
    /// The marks; read up to 0 when one of the two hides it.
    pub marks: Marks,
}

/// Whether a message has reached somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageReceipt {
    /// Whom.
    pub person: Person,
    /// Whether it has arrived.
    pub is_delivered: bool,
    /// Whether it was read, if both show that.
    pub is_read: bool,
}

impl Receipt {
    /// What it says on the message at a position; nothing of people who are gone.
    #[must_use]
    pub fn of_message(self, seq: i64) -> Option<MessageReceipt> {
        let Marks { read_seq, delivered_seq } = self.marks;
        let (is_delivered, is_read) = (delivered_seq >= seq, read_seq >= seq);
        self.person.map(|person| MessageReceipt { person, is_delivered, is_read })
    }
}
