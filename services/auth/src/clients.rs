//! Calls to other services.

pub mod social_graph;
