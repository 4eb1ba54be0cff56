//! Nouns and rules: no I/O, no async, no clock of its own.

pub mod batch;
pub mod change;
pub mod conversation;
pub mod history;
pub mod mark;
pub mod message;
pub mod person;
pub mod sync;
