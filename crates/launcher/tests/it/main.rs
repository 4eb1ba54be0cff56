//! The launcher with real servers.

// What stands in a module for tests may unwrap; clippy looks for the attribute.
#[cfg(test)]
mod closed;
#[cfg(test)]
mod process;
#[cfg(test)]
mod servers;
#[cfg(test)]
mod up;
