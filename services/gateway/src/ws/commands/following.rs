//! What changed since the client last looked.

use pulse_types::ConversationId;

use crate::http;
use crate::ws::commands::Asked;
use crate::ws::frames::Reply;

/// `sync`
pub fn sync(asked: Asked, since: Option<String>) {
    let (state, caller) = (asked.state().clone(), asked.caller());
    asked.answer_later(async move {
        let found = http::sync::answer(&state, caller, since, None).await?;
        Ok(Reply::Sync(Box::new(found)))
    });
}

/// `conversation.changes`
pub fn changes(asked: Asked, conversation_id: ConversationId, after: i64) {
    let (state, caller) = (asked.state().clone(), asked.caller());
    asked.answer_later(async move {
        let found = http::sync::changes_after(&state, caller, conversation_id, after).await?;
        Ok(Reply::Changes(Box::new(found)))
    });
}
