//! What this service publishes: how a change is written, and how it leaves after its commit.

pub mod encode;
pub mod live;
