//! Every journey runs on a stack of its own: real servers, real services, two gateways.

mod accounts;
#[cfg(test)]
mod asyncapi;
#[cfg(test)]
mod authorisation;
#[cfg(test)]
mod blocks;
mod browser;
mod chat;
#[cfg(test)]
mod concurrency;
#[cfg(test)]
mod connections;
mod cookies;
mod crash;
#[cfg(test)]
mod degraded;
#[cfg(test)]
mod draining;
#[cfg(test)]
mod files;
#[cfg(test)]
mod flood;
mod foreign_jwt;
#[cfg(test)]
mod forged;
#[cfg(test)]
mod forged_services;
#[cfg(test)]
mod forgery;
#[cfg(test)]
mod frames;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod grpc_guide;
#[cfg(test)]
mod handshake;
mod limits;
#[cfg(test)]
mod live;
#[cfg(test)]
mod long_poll;
mod mailbox;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod model;
#[cfg(test)]
mod named;
#[cfg(test)]
mod online;
mod operator;
mod outside;
mod people;
#[cfg(test)]
mod planes;
#[cfg(test)]
mod plans;
#[cfg(test)]
mod positions;
#[cfg(test)]
mod presence;
mod privacy;
#[cfg(test)]
mod realtime_guide;
#[cfg(test)]
mod removal;
#[cfg(test)]
mod replica;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod rest;
mod revocation;
#[cfg(test)]
mod room_life;
#[cfg(test)]
mod rooms;
#[cfg(test)]
mod slow_reader;
mod stores;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod sync;
mod terminal;
mod throughput;
mod tracing;
#[cfg(test)]
mod typing;
#[cfg(test)]
mod verified;
#[cfg(test)]
mod wire;
