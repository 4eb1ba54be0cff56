//! What becomes of messages once they stand.

use pulse_rpc::{Failure, Principal};
use pulse_types::MessageId;

use crate::domain::{Message, Reaction};
use crate::limits::Limit;
use crate::state::State;

/// Gives an own message another body.
///
/// # Errors
/// `rate_limited`, and as `clients/messages.rs` tells; so with all calls below.
pub async fn edit(
    state: &State,
    caller: Principal,
    message_id: MessageId,
    body: String,
) -> Result<Message, Failure> {
    state.limits.account(Limit::Edit, caller.user_id).await?;
    state.messages.edit(caller, message_id, body).await
}

/// Deletes a message.
///
/// # Errors
/// As told with [`edit`].
pub async fn delete(state: &State, caller: Principal, message_id: MessageId) -> Result<(), Failure> {
    state.limits.account(Limit::Edit, caller.user_id).await?;
    state.messages.delete(caller, message_id).await
}

/// Adds or takes back the caller's reaction; gives all that stand now.
///
/// # Errors
/// As told with [`edit`].
pub async fn react(
    state: &State,
    caller: Principal,
    message_id: MessageId,
    emoji: String,
    active: bool,
) -> Result<Vec<Reaction>, Failure> {
    state.limits.account(Limit::Reaction, caller.user_id).await?;
    state.messages.set_reaction(caller, message_id, emoji, active).await
}
