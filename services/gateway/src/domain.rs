//! The shapes of the public contract: what clients see. One file for each noun; no I/O.

pub mod certainty;
pub mod connection;
pub mod conversation;
pub mod conversation_change;
pub mod factor;
pub mod identity;
pub mod limits;
pub mod live;
pub mod marks;
pub mod message;
pub mod moment;
pub mod presence;
pub mod profile;
pub mod rate;
pub mod receipt;
pub mod report;
pub mod session;
pub mod standing;
pub mod sync;
pub mod unread;
pub mod user;

pub use conversation::{Conversation, ConversationKind, ConversationState, Member, My, Role};
pub use limits::Limits;
pub use marks::Marks;
pub use message::{Edit, Message, MessageKind, Reaction, SendMessage, Sent};
pub use moment::Moment;
pub use presence::{OwnStatus, Presence, PresenceStatus, View};
pub use session::{Account, MfaChallenge, Session, SignIn};
pub use sync::Sync;
pub use user::{FollowState, Me, Relationship, Settings, User, UserLite};
