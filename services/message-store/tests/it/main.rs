//! The service through its gRPC door, with a real database and a real broker.

#[cfg(test)]
mod app;
#[cfg(test)]
mod conversation;
#[cfg(test)]
mod fault;
#[cfg(test)]
mod mark;
#[cfg(test)]
mod message;
#[cfg(test)]
mod privacy;
#[cfg(test)]
mod stream;
#[cfg(test)]
mod trace;
