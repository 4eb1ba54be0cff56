//! Every journey runs on a stack of its own: real servers, real services, two gateways.

mod accounts;
mod browser;
mod chat;
mod cookies;
mod crash;
#[cfg(test)]
mod flood;
mod foreign_jwt;
#[cfg(test)]
mod forged;
#[cfg(test)]
mod forged_services;
#[cfg(test)]
mod forgery;
mod limits;
mod mailbox;
mod operator;
mod outside;
mod people;
mod privacy;
mod revocation;
mod stores;
mod throughput;
mod tracing;
