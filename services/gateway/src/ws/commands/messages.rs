//! Messages: sent over the stream of commands, in the order of the frames; changed by calls.

use std::time::Instant;

use pulse_types::MessageId;

use crate::domain::SendMessage;
use crate::ops::message;
use crate::ws::commands::Asked;
use crate::ws::frames::Reply;
use crate::ws::{typing, unverified};

/// `message.send`: on its way before this returns, so two sends in a row keep their order.
pub fn send(asked: Asked, send: SendMessage) {
    let state = asked.state().clone();
    let (user_id, conversation_id) = (asked.caller().user_id, send.conversation_id);
    if let Some(refusal) = unverified::refusal(&state, asked.socket(), conversation_id) {
        return asked.answer_later(async move { Err(refusal.await) });
    }
    let asked_at = tokio::time::Instant::now();
    let taken = state.limits.messages.take(user_id, conversation_id, send.client_id, Instant::now());
    let taken = match taken {
        Ok(taken) => taken,
        Err(exceeded) => return asked.answer(Err(exceeded.into())),
    };
    let (order, span) = asked.order(|| tracing::info_span!("ws.message.send", otel.kind = "server"));
    let commands = state.commands.clone();
    commands.begin_send_message(order, send, move |sent| {
        // The span ends with the answer.
        let _span = span;
        state.limits.messages.settle(&taken, &sent);
        if sent.is_ok() {
            typing::sent(&state, user_id, conversation_id, asked_at);
        }
        asked.answer_command(sent.map(|sent| (Reply::Message(Box::new(sent.message)), sent.replayed)));
    });
}

/// `message.edit`
pub fn edit(asked: Asked, message_id: MessageId, body: String) {
    let (state, caller) = (asked.state().clone(), asked.caller());
    asked.answer_later(async move {
        let edited = message::edit(&state, caller, message_id, body).await?;
        Ok(Reply::Message(Box::new(edited)))
    });
}

/// `message.delete`
pub fn delete(asked: Asked, message_id: MessageId) {
    let (state, caller) = (asked.state().clone(), asked.caller());
    asked.answer_later(async move {
        message::delete(&state, caller, message_id).await?;
        Ok(Reply::Done {})
    });
}

/// `reaction.add` and `reaction.remove`
pub fn react(asked: Asked, message_id: MessageId, emoji: String, active: bool) {
    let (state, caller) = (asked.state().clone(), asked.caller());
    asked.answer_later(async move {
        let reactions = message::react(&state, caller, message_id, emoji, active).await?;
        Ok(Reply::Reactions { reactions })
    });
}
