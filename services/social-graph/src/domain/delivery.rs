//! What message-store must be told: it keeps copies of how people are shown, and of who is connected or blocks whom.

use pulse_types::UserId;

use super::profile::Profile;
use super::relationship::Pair;

/// What has changed. The present state is read when it is told, so a late delivery tells nothing stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// How a person is shown.
    Person(UserId),
    /// Whether two people are connected, and who blocks whom.
    Pair(Pair),
}

/// Something that stands in the table of deliveries until message-store has confirmed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// Its row.
    pub delivery_id: i64,
    /// What is to be told.
    pub subject: Subject,
}

/// A person, as message-store keeps them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// How they are shown, with the number of the last change of all this.
    pub profile: Profile,
    /// Whether others see what they have read.
    pub sends_read_receipts: bool,
    /// BCP 47 tag.
    pub locale: String,
    /// Whether anybody may see that they are there.
    pub shows_presence: bool,
}

/// What is between two people, as message-store keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    /// The two.
    pub pair: Pair,
    /// Whether both follow one another.
    pub is_connected: bool,
    /// Whether the one with the smaller id blocks the other one.
    pub low_blocks: bool,
    /// The same the other way round.
    pub high_blocks: bool,
    /// Number of the pair's last change.
    pub version: i64,
}
