//! Every journey runs on a stack of its own: real servers, real services, two gateways.

mod browser;
mod chat;
mod crash;
mod foreign_jwt;
mod forged;
mod forged_services;
mod forgery;
mod people;
mod throughput;
mod tracing;
