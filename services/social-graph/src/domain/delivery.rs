//! What message-store must be told: it keeps copies of how people are shown and of who is connected.

use pulse_types::UserId;

use super::relationship::Pair;

/// What has changed. The present state is read when it is told, so a late delivery tells nothing stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// How a person is shown.
    Person(UserId),
    /// Whether two people are connected.
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

/// What is between two people, as message-store keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    /// The two.
    pub pair: Pair,
    /// Whether both follow one another.
    pub is_connected: bool,
    /// Number of the pair's last change.
    pub version: i64,
}
