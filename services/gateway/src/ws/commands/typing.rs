//! Who is typing.

use pulse_types::ConversationId;

use crate::ws::commands::Asked;
use crate::ws::frames::Reply;
use crate::ws::typing;

/// `typing.start` and `typing.stop`
pub fn set(asked: Asked, conversation_id: ConversationId, active: bool) {
    let (state, socket) = (asked.state().clone(), asked.socket().clone());
    asked.answer_later(async move {
        typing::set(&state, socket.principal, Some(&socket), conversation_id, active).await?;
        Ok(Reply::Done {})
    });
}
