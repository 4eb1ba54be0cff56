//! What every request and socket of this process shares.

use std::sync::Arc;

use pulse_events::Bus;
use pulse_runtime::{Readiness, Shutdown};
use pulse_token::Verifier;
use pulse_types::Clock;

use crate::cache::Typing;
use crate::clients::{
    Auth, Commands, Conversations, Files, Following, MessageStore, Messages, People, SocialGraph,
};
use crate::config::Settings;
use crate::domain;
use crate::limits::Limits;
use crate::online::OnlineCounts;
use crate::presence::Presence;
use crate::revocation::Revocation;
use crate::sync::waiting::Waiting;
use crate::verified::VerifiedEmails;
use crate::ws::Hub;
use crate::ws::degraded::Degraded;

/// Shared by all; made once in `run`.
pub struct State {
    /// What the process was told.
    pub settings: Settings,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Accounts and sessions.
    pub auth: Auth,
    /// People.
    pub social_graph: SocialGraph,
    /// Blocks, mutes, followers, reports, and several people at once.
    pub people: People,
    /// Conversations and history.
    pub message_store: MessageStore,
    /// Groups and rooms, and who is in them.
    pub conversations: Conversations,
    /// What happens to messages once they stand.
    pub messages: Messages,
    /// What changed since somebody looked, and finding messages.
    pub following: Following,
    /// Who waits for a change.
    pub waiting: Waiting,
    /// Files.
    pub files: Files,
    /// Sends and marks, over the long-lived stream.
    pub commands: Commands,
    /// Checks access tokens.
    pub verifier: Verifier,
    /// Whose address is verified.
    pub verified: VerifiedEmails,
    /// Which sessions still live.
    pub revocation: Revocation,
    /// Where events come from.
    pub bus: Bus,
    /// The live sockets of this process.
    pub hub: Hub,
    /// Counts sends.
    pub limits: Limits,
    /// The limits that clients are told.
    pub limits_told: domain::Limits,
    /// Who is there.
    pub presence: Presence,
    /// How many are there in conversations.
    pub online: OnlineCounts,
    /// Who is typing.
    pub typing: Typing,
    /// What is down.
    pub readiness: Readiness,
    /// What sockets are told of that.
    pub degraded: Degraded,
    /// The life of the process.
    pub shutdown: Shutdown,
}
