//! Every journey runs on a stack of its own: real servers, real services, two gateways.

mod browser;
mod chat;
mod crash;
mod flood;
mod foreign_jwt;
mod forged;
mod forged_services;
mod forgery;
mod operator;
mod people;
mod revocation;
mod privacy;
mod stores;
mod throughput;
mod tracing;
