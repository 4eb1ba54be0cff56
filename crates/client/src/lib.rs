//! The Rust client of the public contract: REST and the socket, as any other client would use them.
//!
//! ```no_run
//! # async fn example() -> Result<(), pulse_client::Error> {
//! use pulse_client::{Client, NewAccount};
//!
//! let ada = Client::new("http://localhost:8080")?
//!     .register(&NewAccount::new("ada", "ada@example.org", "correct horse battery"))
//!     .await?;
//! let mut socket = ada.connect().await?;
//! let grace = ada.user_by_username("grace").await?;
//! let chat = ada.open_direct(grace.id).await?;
//! socket.send_message(chat.id, "hello").await?;
//! # Ok(()) }
//! ```

mod api;
mod error;
mod live;
mod models;
mod socket;

pub use api::{Client, Export, SignedIn};
pub use error::{Error, Problem, ProblemField};
pub use live::{Held, Live, Replica, Update};
pub use models::{
    Attachment, Changes, Conversation, ConversationChange, ConversationSync, Edit, FollowRequest, Identity,
    Marks, Me, Member, Membership, MembershipChange, Message, MessagePage, MessageReceipt, MfaChallenge,
    NewAccount, NewConversation, NewMessage, Opened, Page, Presence, Profile, Provider, Reaction, Receipt,
    Relationship, ReplyTo, SecurityEvent, Sent, Session, SessionInfo, Sync, SystemNote, TotpSecret, User,
    UserLite,
};
pub use socket::{Event, Hello, Socket};
