//! Sockets: the handshake, the frames, and which live socket gets what.

pub mod close;
pub mod connection;
pub mod delivery;
pub mod for_all;
pub mod frames;
pub mod handshake;
pub mod hub;
pub mod me;
pub mod order;
pub mod queue;
pub mod times;
pub mod unread;
pub mod unverified;
pub mod wire;

pub use close::Close;
pub use handshake::router;
pub use hub::Hub;
