//! The service through its gRPC door, with a real database and a real broker.

#[cfg(test)]
mod act;
#[cfg(test)]
mod app;
#[cfg(test)]
mod attached;
#[cfg(test)]
mod attachment;
#[cfg(test)]
mod block;
#[cfg(test)]
mod bucket;
#[cfg(test)]
mod cache;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod conversation;
#[cfg(test)]
mod deletion;
#[cfg(test)]
mod direct;
#[cfg(test)]
mod edit;
#[cfg(test)]
mod export;
#[cfg(test)]
mod fault;
#[cfg(test)]
mod group;
#[cfg(test)]
mod keeper;
#[cfg(test)]
mod mark;
#[cfg(test)]
mod member;
#[cfg(test)]
mod membership;
#[cfg(test)]
mod mention;
#[cfg(test)]
mod message;
#[cfg(test)]
mod ownership;
#[cfg(test)]
mod place;
#[cfg(test)]
mod position;
#[cfg(test)]
mod presence;
#[cfg(test)]
mod privacy;
#[cfg(test)]
mod reaction;
#[cfg(test)]
mod receipt;
#[cfg(test)]
mod room;
#[cfg(test)]
mod search;
#[cfg(test)]
mod stream;
#[cfg(test)]
mod succession;
#[cfg(test)]
mod sync;
#[cfg(test)]
mod sync_brief;
#[cfg(test)]
mod sync_model;
#[cfg(test)]
mod trace;
