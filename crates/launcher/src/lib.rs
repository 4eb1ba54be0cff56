//! Runs the whole of PulseChat on one machine: private servers, services and gateways as child processes that are
//! watched, restarted and stopped in order. The binary `pulse` is a thin door to this; the tests use the same parts.
//!
//! Errors here are texts for the person at the terminal, so `anyhow` is used throughout.

pub mod account;
pub mod audit;
pub mod binaries;
pub mod chat;
pub mod child;
pub mod cli;
pub mod connections;
pub mod data_dir;
pub mod demo;
pub mod door;
pub mod keys;
pub mod operator;
pub mod ports;
pub mod ready;
pub mod reports;
pub mod scratch;
pub mod secrets;
pub mod servers;
pub mod services;
mod signals;
pub mod stack;
pub mod status;
pub mod supervise;
pub mod terminal;
pub mod up;
pub mod with_servers;
