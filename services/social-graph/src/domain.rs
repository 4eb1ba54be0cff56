//! Nouns and rules: people, what they chose, and what is between two of them. No I/O, no clock.

pub mod announcement;
pub mod delivery;
pub mod fault;
pub mod locale;
pub mod page;
pub mod profile;
pub mod profile_change;
pub mod relationship;
pub mod report;
pub mod settings;
pub mod standing;
