//! The Rust client of the public contract.
