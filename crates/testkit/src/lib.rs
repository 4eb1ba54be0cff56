//! What tests of services and of the whole need: real servers of their own, a fresh database each, a clock that is
//! moved by hand, a wire that can be cut, a collector of traces, and the whole system on free ports.
//!
//! Everything is gone when it is dropped. On Linux nothing survives even a test process that was killed.

mod clock;
mod database;
mod dump;
mod identities;
mod mail;
mod oidc;
mod otlp;
mod proxy;
mod s3;
mod servers;
mod smtp;
mod stack;
mod wait;

pub use clock::FakeClock;
pub use database::TestDatabase;
pub use dump::dump_tables;
pub use identities::TestIdentities;
pub use mail::Eml;
pub use oidc::{OidcCallback, OidcProvider};
pub use otlp::{OtlpCollector, TestSpan};
pub use proxy::Proxy;
pub use pulse_launcher::scratch::Scratch;
pub use s3::S3;
pub use servers::{Nats, Postgres, Redis, TestServer};
pub use smtp::{Behaviour, Received, SmtpServer};
pub use stack::{Stack, StackOptions};
pub use wait::{eventually, free_listener};
