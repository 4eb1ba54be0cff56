//! Nouns and rules: no I/O, no async, no clock of its own.

pub mod address;
pub mod attachment;
pub mod batch;
pub mod change;
pub mod conversation;
pub mod history;
pub mod mark;
pub mod message;
pub mod person;
pub mod policy;
pub mod reaction;
pub mod sync;
pub mod system;
pub mod upload;
