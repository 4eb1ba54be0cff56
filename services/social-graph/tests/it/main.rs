//! social-graph through its public door: the real process with PostgreSQL and NATS, called by the generated client.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod account;
mod connection;
mod delivery;
mod door;
mod event;
mod follow_request;
mod neighbour;
mod policy;
mod privacy;
mod profile;
mod relationship;
mod search;
