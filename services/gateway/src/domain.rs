//! The shapes of the public contract: what clients see. One file for each noun; no I/O.

pub mod certainty;
pub mod connection;
pub mod conversation;
pub mod factor;
pub mod identity;
pub mod limits;
pub mod marks;
pub mod message;
pub mod moment;
pub mod presence;
pub mod profile;
pub mod rate;
pub mod session;
pub mod unread;
pub mod user;

pub use conversation::{Conversation, ConversationKind, ConversationState, My, Role};
pub use limits::Limits;
pub use marks::Marks;
pub use message::{Message, MessageKind, SendMessage, Sent};
pub use moment::Moment;
pub use presence::{Presence, PresenceStatus};
pub use session::{Account, MfaChallenge, Session, SignIn};
pub use user::{FollowState, Me, Relationship, Settings, User, UserLite};
