//! Auth through its gRPC door, with a real PostgreSQL and NATS.

#[cfg(test)]
mod account;
#[cfg(test)]
mod door;
#[cfg(test)]
mod events;
#[cfg(test)]
mod session;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod signing_key;
#[cfg(test)]
mod support;
