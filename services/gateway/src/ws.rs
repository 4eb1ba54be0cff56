//! Sockets: the handshake, the frames, and which live socket gets what.

pub mod asyncapi;
pub mod close;
pub mod commands;
pub mod connection;
pub mod degraded;
pub mod delivery;
pub mod entry;
pub mod for_all;
pub mod frames;
pub mod handshake;
pub mod hub;
pub mod life;
pub mod me;
pub mod opened;
pub mod order;
pub mod places;
pub mod positions;
pub mod queue;
pub mod times;
pub mod typing;
pub mod unread;
pub mod unverified;
pub mod waiting;
pub mod wire;

pub use close::Close;
pub use handshake::router;
pub use hub::Hub;
