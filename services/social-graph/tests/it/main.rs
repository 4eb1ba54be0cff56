//! social-graph through its public door: the real process with PostgreSQL and NATS, called by the generated client.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod account;
mod block;
mod connection;
mod delivery;
mod door;
mod erasure;
mod event;
mod follow_request;
mod follower;
mod mute;
mod neighbour;
mod point;
mod policy;
mod privacy;
mod profile;
mod relationship;
mod report;
mod search;
mod settings;
mod standing;
