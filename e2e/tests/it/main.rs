//! Every journey runs on a stack of its own: real servers, real services, two gateways.

mod browser;
mod chat;
mod crash;
mod people;
mod throughput;
mod tracing;
