//! Nouns and rules: no I/O, no async, no clock of its own.

pub mod address;
pub mod attachment;
pub mod batch;
pub mod change;
pub mod conversation;
pub mod group;
pub mod history;
pub mod language;
pub mod mark;
pub mod media;
pub mod mention;
pub mod message;
pub mod person;
pub mod policy;
pub mod position;
pub mod raster;
pub mod reaction;
pub mod receipt;
pub mod search;
pub mod sync;
pub mod system;
pub mod upload;
