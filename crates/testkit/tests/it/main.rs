//! The test kit with real servers.

// What stands in a module for tests may unwrap; clippy looks for the attribute.
#[cfg(test)]
mod database;
#[cfg(test)]
mod otlp;
#[cfg(test)]
mod servers;
#[cfg(test)]
mod stack;
